/** A worker that passes a body through and does nothing else: what the runtime itself costs. */
export default {
  fetch: (request: Request): Response =>
    new Response(request.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>())),
};
