// Loaded before somebody else's client: its requests to the real network go to ours instead.
const realFetch = globalThis.fetch;
const target = process.env.MOLTBOOK_REDIRECT;
globalThis.fetch = (url, init) => realFetch(String(url).replace('https://www.moltbook.com', target), init);
