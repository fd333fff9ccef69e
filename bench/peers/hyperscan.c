/*
 * Hyperscan in streaming mode over one file, in blocks.
 *
 *   hyperscan PATTERNS FILE BLOCK_BYTES
 *
 * PATTERNS has one expression a line. Those that Hyperscan refuses are counted and left out. Reports ends of matches
 * only: a start of match costs it the larger patterns. Prints one line of JSON; the time is the CPU time of the scan
 * alone, after one pass that warms caches and checks nothing.
 */
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATTERN_LIMIT 256
#define LINE_LIMIT 65536

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
  (void)id, (void)from, (void)to, (void)flags;
  ++*(unsigned long long *)context;
  return 0;
}

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

static void fail(const char *what) {
  fprintf(stderr, "hyperscan: %s\n", what);
  exit(1);
}

static unsigned long long scan(const hs_database_t *database, hs_scratch_t *scratch, const char *text, size_t size,
                               size_t block) {
  unsigned long long ends = 0;
  hs_stream_t *stream;
  if (hs_open_stream(database, 0, &stream) != HS_SUCCESS) fail("cannot open a stream");
  for (size_t at = 0; at < size; at += block) {
    size_t length = size - at < block ? size - at : block;
    if (hs_scan_stream(stream, text + at, (unsigned)length, 0, scratch, on_match, &ends) != HS_SUCCESS)
      fail("cannot scan");
  }
  if (hs_close_stream(stream, scratch, on_match, &ends) != HS_SUCCESS) fail("cannot close the stream");
  return ends;
}

int main(int count, char **arguments) {
  if (count != 4) fail("needs PATTERNS FILE BLOCK_BYTES");
  static char line[LINE_LIMIT];
  const char *patterns[PATTERN_LIMIT];
  unsigned flags[PATTERN_LIMIT], ids[PATTERN_LIMIT], used = 0, refused = 0;
  FILE *file = fopen(arguments[1], "r");
  if (!file) fail("cannot read the patterns");
  while (used < PATTERN_LIMIT && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    hs_database_t *alone;
    hs_compile_error_t *error;
    if (hs_compile(line, 0, HS_MODE_STREAM, NULL, &alone, &error) != HS_SUCCESS) {
      hs_free_compile_error(error);
      refused++;
      continue;
    }
    hs_free_database(alone);
    patterns[used] = strdup(line), flags[used] = 0, ids[used] = used;
    used++;
  }
  fclose(file);

  hs_database_t *database;
  hs_compile_error_t *error;
  if (hs_compile_multi(patterns, flags, ids, used, HS_MODE_STREAM, NULL, &database, &error) != HS_SUCCESS)
    fail("cannot compile the patterns together");
  hs_scratch_t *scratch = NULL;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) fail("no memory");

  file = fopen(arguments[2], "rb");
  if (!file) fail("cannot read the text");
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(size);
  if (!text || fread(text, 1, size, file) != size) fail("cannot read the text");
  fclose(file);

  size_t block = strtoul(arguments[3], NULL, 10);
  scan(database, scratch, text, size, block);
  double begun = cpu_seconds();
  unsigned long long ends = scan(database, scratch, text, size, block);
  double seconds = cpu_seconds() - begun;
  printf("{\"ends\":%llu,\"cpuSeconds\":%.9f,\"used\":%u,\"refused\":%u}\n", ends, seconds, used, refused);
  return 0;
}
