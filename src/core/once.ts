/** What is made when it is first asked for, and then kept: a policy is ready before all of it has been built. */
export function once<Value>(make: () => Value): () => Value {
  let value: { readonly made: Value } | undefined;
  return () => (value ??= { made: make() }).made;
}
