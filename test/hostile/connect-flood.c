/*
 * Connects to one port as fast as one core can: Node's own client takes longer over a connection than the server does.
 *
 *   connect-flood ADDRESS PORT CONNECTS AT_ONCE LONGEST_SECONDS
 *
 * AT_ONCE at a time, each asks once, reads to the end and closes. Begins no more after CONNECTS or LONGEST_SECONDS, and
 * ends when all are closed. Writes one line of JSON: what was connected, by how it was answered; `cut`: not at all.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SOCKETS = 65536, EVENTS = 256, STATUSES = 1000 };

static const char REQUEST[] = "GET /hello HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
static char is_connected[SOCKETS];
static int status_of[SOCKETS];
static long statuses[STATUSES];
static long connected, failed, cut;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec / 1e9;
}

/* -1 when there is no socket to be had now. */
static int begin(int epoll, const struct sockaddr_in *to) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (fd < 0 || fd >= SOCKETS) return -1;
  /* Closes by a reset: else ports would wait for a minute each. */
  struct linger reset = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (connect(fd, (const struct sockaddr *)to, sizeof *to) < 0 && errno != EINPROGRESS) {
    failed++;
    close(fd);
    return -1;
  }
  is_connected[fd] = 0;
  status_of[fd] = 0;
  struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  return fd;
}

/* True when it is over. */
static int go_on(int epoll, int fd) {
  if (!is_connected[fd]) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      failed++;
      return 1;
    }
    connected++;
    is_connected[fd] = 1;
    /* Whether it can be sent or not: the answer says what became of it. */
    send(fd, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
    return 0;
  }
  char text[4096];
  ssize_t length = read(fd, text, sizeof text - 1);
  if (length > 0) {
    text[length] = 0;
    if (status_of[fd] == 0 && length > 9) status_of[fd] = atoi(text + 9) % STATUSES;
    return 0;
  }
  if (length < 0 && errno == EAGAIN) return 0;
  if (status_of[fd] > 0) statuses[status_of[fd]]++;
  else cut++;
  return 1;
}

int main(int count, char **words) {
  if (count != 6) return 2;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
  if (inet_pton(AF_INET, words[1], &to.sin_addr) != 1) return 2;
  long left = atol(words[3]);
  int at_once = atoi(words[4]), open = 0, epoll = epoll_create1(0);
  double start = now(), until = start + atof(words[5]), last = start;
  while (open > 0 || (left > 0 && now() < until)) {
    while (open < at_once && left > 0 && now() < until) {
      left--;
      if (begin(epoll, &to) < 0) break;
      open++;
    }
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, 100);
    for (int at = 0; at < ready; at++)
      if (go_on(epoll, events[at].data.fd)) {
        close(events[at].data.fd);
        open--;
        last = now();
      }
  }
  printf("{\"connected\":%ld,\"failed\":%ld,\"cut\":%ld,\"perSecond\":%.0f,\"statuses\":{", connected, failed, cut,
         connected / (last - start));
  const char *comma = "";
  for (int at = 0; at < STATUSES; at++)
    if (statuses[at] > 0) {
      printf("%s\"%d\":%ld", comma, at, statuses[at]);
      comma = ",";
    }
  printf("}}\n");
  return 0;
}
