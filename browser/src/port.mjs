// A worker talks to its page in the same way in a browser and, for the tests, in node.
export async function openPort() {
  if (typeof self !== "undefined" && typeof self.postMessage === "function") {
    return { send: (data) => self.postMessage(data), receive: (take) => self.addEventListener("message", (event) => take(event.data)) };
  }
  const { parentPort } = await import(/* not bundled */ "node:worker_threads");
  return { send: (data) => parentPort.postMessage(data), receive: (take) => parentPort.on("message", take) };
}
