// Serves the Workload API from a shielded process and says what it attests. Arguments: the package's
// index, "shielded" or "open", and the socket.
const [index, mode, socketPath] = process.argv.slice(2);
const { shieldProcess, startWorkloadApi } = await import(index);
if (mode === 'shielded') shieldProcess();
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const logger = { debug: () => {}, info: () => {}, warn: () => {} };
const source = {
  watch: (selectors, watcher) => {
    say({ selectors });
    watcher.onSnapshot({ svids: [], bundles: new Map(), federatedBundles: new Map() });
    return () => {};
  },
};
await startWorkloadApi({ socketPath, source, logger });
say({ ready: true });
