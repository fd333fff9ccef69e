/** What waits for the moment at which nothing new is taken any more. */
import { expect, it } from "vitest";
import { Lifecycle } from "../../src/server/lifecycle/lifecycle.ts";

it("calls what waits for the stop, once, and not what was called off or came late", () => {
  const lifecycle = new Lifecycle(1);
  const calls: string[] = [];
  lifecycle.whenStopping(() => void calls.push(`first ${lifecycle.isStopping} ${lifecycle.stopping.aborted}`));
  const callOff = lifecycle.whenStopping(() => void calls.push("called off"));
  lifecycle.whenStopping(() => void calls.push("second"));
  callOff();
  expect(lifecycle.isStopping).toBe(false);
  lifecycle.announceStop();
  expect(calls).toEqual([]);
  lifecycle.stop();
  lifecycle.whenStopping(() => void calls.push("late"));
  lifecycle.stop();
  callOff();
  expect(calls).toEqual(["first true true", "second"]);
});
