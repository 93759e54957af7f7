// The network itself, and a door to what no API offers: POST /mod/<did>, /admin/<did>, /flush. Run by ../atproto.sh.
import http from 'node:http';
import sockets from 'node:net';
import { TestNetwork, mockMailer } from '@atproto/dev-env';

// Everything listens on loopback only, whatever the servers would do by themselves.
const listen = sockets.Server.prototype.listen;
sockets.Server.prototype.listen = function (port, ...rest) {
  if (typeof port !== 'object') return listen.call(this, { port, host: '127.0.0.1' }, ...rest.filter((one) => typeof one === 'function'));
  return listen.call(this, port, ...rest);
};

const first = Number(process.env.PORT);
const at = (offset) => first + offset;
const net = await TestNetwork.create({
  dbPostgresUrl: process.env.DB_POSTGRES_URL,
  dbPostgresSchema: 'dev', // letters and _ only
  plc: { port: at(2) },
  pds: { port: at(3), hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { port: at(4), publicUrl: `http://localhost:${at(4)}` },
  ozone: { port: at(7) },
});
mockMailer(net.pds);

// What Ozone labels reaches the AppView by a stream on the real network; here it is copied.
let last = 0;
async function copyLabels() {
  const labels = await net.ozone.ctx.db.db.selectFrom('label').selectAll().where('id', '>', last).orderBy('id').execute();
  for (const { id, src, uri, cid, val, neg, cts, exp } of labels) {
    last = Number(id);
    await net.bsky.db.db.insertInto('label').values({ src, uri, cid, val, neg, cts, exp })
      .onConflict((conflict) => conflict.columns(['src', 'uri', 'cid', 'val']).doUpdateSet({ neg, cts, exp })).execute();
  }
}

const verbs = {
  mod: (did) => net.ozone.addModeratorDid(did),
  admin: (did) => net.ozone.addAdminDid(did),
  flush: async () => { await net.processAll(); await copyLabels(); },
};
http.createServer(async (asked, answer) => {
  const [, verb, argument] = asked.url.split('/');
  try {
    await verbs[verb](argument && decodeURIComponent(argument));
    answer.end('ok\n');
  } catch (error) {
    answer.statusCode = 500;
    answer.end(String(error));
  }
}).listen(first, '127.0.0.1');

console.log(JSON.stringify({
  ready: true, control: `http://127.0.0.1:${first}`, plc: net.plc.url, pds: net.pds.url, bsky: net.bsky.url,
  ozone: net.ozone.url, labeler: net.ozone.ctx.cfg.service.did,
}));
process.on('SIGTERM', () => net.close().finally(() => process.exit(0)));
