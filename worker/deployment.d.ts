/** The configuration that was built into the deployment: `maskwire worker build` writes `deployment.js`. */
declare const deployed: unknown;
export default deployed;
