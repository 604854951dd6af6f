// The Node peer: ejs + juice per message + nodemailer with DKIM. Reads one command a line on standard input:
// "run N" builds and signs N messages and answers with the CPU microseconds that they took, "emit I" answers with
// message I as base64. The fixture is the folder named on the command line (bench/peers/node.py writes it).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ejs from 'ejs';
import juice from 'juice';
import nodemailer from 'nodemailer';

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name), 'utf8');
const { variants, messages, signing } = JSON.parse(read('fixture.json'));
const image = readFileSync(join(folder, 'badge.png'));

const compiled = Object.fromEntries(
  variants.map((name) => [
    name,
    {
      html: ejs.compile(read(`${name}.html.ejs`)),
      // A text part is no HTML: nothing in it is escaped.
      text: ejs.compile(read(`${name}.txt.ejs`), { escape: (value) => String(value) }),
      subject: ejs.compile(read(`${name}.subject.ejs`), { escape: (value) => String(value) }),
    },
  ]),
);

const transport = nodemailer.createTransport({
  streamTransport: true,
  buffer: true,
  newline: 'windows',
  dkim: {
    domainName: signing.domain,
    keySelector: signing.selector,
    privateKey: read('dkim.pem'),
    headerFieldNames: signing.headers,
  },
});

async function build(message) {
  const template = compiled[message.variant];
  const info = await transport.sendMail({
    from: message.from,
    to: message.to,
    replyTo: message.replyTo,
    subject: template.subject(message.slots),
    date: message.date,
    messageId: message.messageId,
    headers: message.headers,
    text: template.text(message.slots),
    html: juice(template.html(message.slots)),
    attachments: [{ filename: 'badge.png', cid: message.cid, content: image, contentType: 'image/png', contentDisposition: 'inline' }],
  });
  return info.message;
}

let next = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const [command, number] = line.split(' ');
  if (command === 'emit') {
    const message = await build(messages[Number(number)]);
    console.log(message.toString('base64'));
    continue;
  }
  const start = process.cpuUsage();
  for (let done = 0; done < Number(number); done += 1) {
    await build(messages[next % messages.length]);
    next += 1;
  }
  const { user, system } = process.cpuUsage(start);
  console.log(user + system);
}
