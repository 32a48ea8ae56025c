// @polkadot/api against a running chain: connects, reads metadata and balances, signs a transfer that is
// included, and accounts for every rao of it. The endpoint comes from TRIBUTARY_ENDPOINT.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApiPromise, HttpProvider, Keyring, WsProvider } from '@polkadot/api';

const endpoint = process.env.TRIBUTARY_ENDPOINT ?? 'ws://127.0.0.1:9944';
const alicePublicAddress = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
let api;
let alice;
let bob;

before(async () => {
  api = await ApiPromise.create({ provider: new WsProvider(endpoint), noInitWarn: true });
  const keyring = new Keyring({ type: 'sr25519' });
  alice = keyring.addFromUri('//Alice');
  bob = keyring.addFromUri('//Bob');
});

after(async () => api?.disconnect());

const free = async (account) => (await api.query.system.account(account.address)).data.free.toBigInt();

// Makes a block; the chain makes others only for transactions.
const advance = async () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'dev_advance', params: [1] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(endpoint.replace(/^ws/, 'http'), { method: 'POST', headers, body });
  assert.ok((await answer.json()).result);
};

// Resolves with the block and events of an included extrinsic, rejects with the decoded dispatch error.
const included = (extrinsic, signer) =>
  new Promise((resolve, reject) => {
    extrinsic
      .signAndSend(signer, ({ status, events, dispatchError }) => {
        if (dispatchError?.isModule) {
          const { section, name } = api.registry.findMetaError(dispatchError.asModule);
          reject(new Error(`${section}.${name}`));
        } else if (dispatchError) {
          reject(new Error(dispatchError.toString()));
        } else if (status.isFinalized) {
          resolve({ block: status.asFinalized, events });
        } else if (status.isError) {
          reject(new Error(`not included: ${status.type}`));
        }
      })
      .catch(reject);
  });

test('metadata, properties and constants', async () => {
  assert.equal(api.runtimeVersion.specName.toString(), 'node-subtensor');
  assert.equal(api.registry.chainSS58, 42);
  assert.deepEqual(api.registry.chainTokens, ['TAO']);
  assert.deepEqual(api.registry.chainDecimals, [9]);
  assert.equal(api.consts.balances.existentialDeposit.toNumber(), 500);
  assert.ok(api.query.subtensorModule.subnetTAO, 'pools are readable');
  assert.ok(api.tx.subtensorModule.addStake, 'stake can be added');
  assert.ok(api.call.subnetInfoRuntimeApi?.getAllDynamicInfo, 'runtime APIs are described');
});

test('a signed transfer is included and every rao is accounted for', async () => {
  assert.equal(alice.address, alicePublicAddress);
  const amount = 1_234_567_891n;
  const [aliceBefore, bobBefore] = [await free(alice), await free(bob)];
  const { block, events } = await included(api.tx.balances.transferKeepAlive(bob.address, amount), alice);
  const paid = events.find(({ event }) => api.events.transactionPayment.TransactionFeePaid.is(event));
  assert.ok(paid, 'the fee is announced');
  const [who, fee] = paid.event.data;
  assert.equal(who.toString(), alice.address);
  assert.ok(events.some(({ event }) => api.events.system.ExtrinsicSuccess.is(event)));
  assert.equal(await free(bob), bobBefore + amount);
  assert.equal(await free(alice), aliceBefore - amount - fee.toBigInt());
  // Old state stays readable.
  const header = await api.rpc.chain.getHeader(block);
  const then = await api.at(header.parentHash);
  assert.equal((await then.query.system.account(bob.address)).data.free.toBigInt(), bobBefore);
});

test('a transfer beyond the balance fails with a named error', async () => {
  const everything = (await free(bob)) * 2n;
  await assert.rejects(included(api.tx.balances.transferKeepAlive(alice.address, everything), bob), /FundsUnavailable|InsufficientBalance|Token/);
});

test('runtime API calls decode by name', async () => {
  const subnets = await api.call.subnetInfoRuntimeApi.getAllDynamicInfo();
  assert.ok(subnets.length >= 1);
  const cost = await api.call.subnetRegistrationRuntimeApi.getNetworkRegistrationCost();
  assert.ok(cost.toBigInt() > 0n);
});

test('new heads arrive by subscription', async () => {
  const heads = [];
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${heads.length} heads in 60 s`)), 60_000);
    api.rpc.chain.subscribeNewHeads((header) => {
      heads.push(header.number.toNumber());
      if (heads.length === 3) {
        clearTimeout(timer);
        resolve();
      } else {
        advance().catch(reject);
      }
    }).catch(reject);
  });
  assert.deepEqual(heads.map((n) => n - heads[0]), [0, 1, 2]);
});

test('the same port answers over HTTP', async () => {
  const http = await ApiPromise.create({ provider: new HttpProvider(endpoint.replace(/^ws/, 'http')), noInitWarn: true });
  assert.equal(http.genesisHash.toHex(), api.genesisHash.toHex());
  await http.disconnect();
});
