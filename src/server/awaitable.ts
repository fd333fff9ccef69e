/** What may be there at once, and may be waited for. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Goes on with a value at once where it is there, so that a broker in memory costs no turn of the loop. */
export function andThen<Value, Result>(
  value: Awaitable<Value>,
  run: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return value instanceof Promise ? value.then(run) : run(value);
}
