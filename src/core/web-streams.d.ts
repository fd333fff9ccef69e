/**
 * As much of the platform's web streams as the core names. Never emitted: whoever uses the library has types of its own for
 * them, those of the DOM, of Node or of a worker.
 */
interface TransformStreamDefaultController<Out> {
  enqueue(chunk: Out): void;
}

interface Transformer<In, Out> {
  transform(chunk: In, controller: TransformStreamDefaultController<Out>): void;
  flush(controller: TransformStreamDefaultController<Out>): void;
}

interface TransformStream<In, Out> {
  readonly transformer?: Transformer<In, Out>;
}

declare const TransformStream: new <In, Out>(transformer: Transformer<In, Out>) => TransformStream<In, Out>;
