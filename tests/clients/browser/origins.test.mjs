// A real browser with pages of this machine and of a stranger, before a running chain with its dev_* methods. The
// stranger's name leads to this machine, as in DNS rebinding. The endpoint comes from TRIBUTARY_ENDPOINT, the browser
// from TRIBUTARY_BROWSER.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';

const port = new URL(process.env.TRIBUTARY_ENDPOINT ?? 'ws://127.0.0.1:9944').port;
const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const call = (method, params = []) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
let browser;
let pages;

before(async () => {
  pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<title>a page</title>'));
  await new Promise((resolve) => pages.listen(0, '127.0.0.1', resolve));
  browser = await puppeteer.launch({
    executablePath: process.env.TRIBUTARY_BROWSER ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--host-resolver-rules=MAP *.example 127.0.0.1'],
  });
});

after(async () => {
  await browser?.close();
  pages?.close();
});

const open = async (host) => {
  const page = await browser.newPage();
  await page.goto(`http://${host}:${pages.address().port}/`);
  return page;
};

// What a page gets to see of a fetch: the text of the answer, or that it was kept from it.
const fetched = (page, url, options) =>
  page.evaluate(
    async (url, options) => {
      try {
        const answer = await fetch(url, { method: 'POST', ...options });
        return { type: answer.type, status: answer.status, text: await answer.text() };
      } catch (error) {
        return { error: String(error) };
      }
    },
    url,
    options,
  );

// The first message of a WebSocket after `text` was sent, or that it did not open.
const told = (page, url, text) =>
  page.evaluate(
    (url, text) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url);
        socket.onopen = () => socket.send(text);
        socket.onmessage = ({ data }) => resolve({ text: data });
        socket.onerror = () => resolve({ error: 'it does not open' });
      }),
    url,
    text,
  );

// Snapshots are numbered, so a number tells how many were asked for.
const snapshots = async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body: call('dev_snapshot') });
  return (await answer.json()).result;
};

test('a page of a stranger has no power, however it asks', async () => {
  const before = await snapshots();
  const page = await open('stranger.example');
  for (const host of ['127.0.0.1', 'localhost', 'stranger.example']) {
    for (const body of [call('dev_snapshot'), call('dev_impersonate', [alice])]) {
      for (const [contentType, mode] of [
        ['application/json', 'cors'],
        ['text/plain', 'cors'],
        ['text/plain', 'no-cors'],
      ]) {
        const seen = await fetched(page, `http://${host}:${port}`, { mode, headers: { 'content-type': contentType }, body });
        const unseen = seen.error !== undefined || (seen.type === 'opaque' && seen.text === '');
        assert.ok(unseen, `${host} ${contentType} ${mode}: ${JSON.stringify(seen)}`);
      }
      const seen = await told(page, `ws://${host}:${port}`, body);
      assert.equal(seen.error, 'it does not open', `${host}: ${JSON.stringify(seen)}`);
    }
  }
  // A name that leads to the chain makes page and chain one origin.
  const rebound = await browser.newPage();
  const answer = await rebound.goto(`http://stranger.example:${port}/`);
  assert.equal(answer.status(), 403);
  const seen = await fetched(rebound, '/', { headers: { 'content-type': 'application/json' }, body: call('dev_snapshot') });
  assert.equal(seen.status, 403);
  assert.equal(await snapshots(), before + 1, 'nothing of it was run');
});

test('a frame without an origin has no power', async () => {
  const before = await snapshots();
  const page = await open('localhost');
  const seen = await page.evaluate(
    (url, body) =>
      new Promise((resolve) => {
        window.onmessage = ({ data }) => resolve(data);
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = `<script>
          const socket = new WebSocket(${JSON.stringify(url)});
          socket.onopen = () => socket.send(${JSON.stringify(body)});
          socket.onmessage = ({ data }) => parent.postMessage(data, '*');
          socket.onerror = () => parent.postMessage('it does not open', '*');
        </script>`;
        document.body.append(frame);
      }),
    `ws://127.0.0.1:${port}`,
    call('dev_snapshot'),
  );
  assert.equal(seen, 'it does not open');
  assert.equal(await snapshots(), before + 1, 'nothing of it was run');
});

test('pages of this machine work', async () => {
  for (const host of ['localhost', '127.0.0.1']) {
    const before = await snapshots();
    const page = await open(host);
    const headers = { 'content-type': 'application/json' };
    const seen = await fetched(page, `http://127.0.0.1:${port}`, { headers, body: call('dev_snapshot') });
    assert.equal(JSON.parse(seen.text ?? '{}').result, before + 1, JSON.stringify(seen));
    const read = await fetched(page, `http://localhost:${port}`, { headers, body: call('system_chain') });
    assert.equal(typeof JSON.parse(read.text ?? '{}').result, 'string', JSON.stringify(read));
    const heard = await told(page, `ws://127.0.0.1:${port}`, call('dev_snapshot'));
    assert.equal(JSON.parse(heard.text ?? '{}').result, before + 2, JSON.stringify(heard));
  }
});
