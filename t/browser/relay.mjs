/* A relay that keeps what it is sent: see t/mail/sink.mjs. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pass } from "node:timers/promises";
import { fileURLToPath } from "node:url";


const PATIENCE = 60000;     /* bounds a hang; no test measures it */


export async function relay() {
    const script = fileURLToPath(new URL("../mail/sink.mjs",
                                         import.meta.url));
    const node = spawn(process.execPath, [script],
                       { stdio: ["pipe", "pipe", "inherit"] });
    const exit = once(node, "exit");
    const lines = createInterface({ input: node.stdout })
        [Symbol.asyncIterator]();

    async function ask(question) {
        node.stdin.write(JSON.stringify(question) + "\n");

        const { value, done } = await lines.next();

        assert(!done, "the relay has ended, is npm ci done in t/mail?");

        return JSON.parse(value);
    }

    const { port } = await ask({ start: { starttls: false } });

    return {
        port,

        /* The mails to somebody, once there are "n" of them. */

        async mailsTo(address, n) {
            const end = Date.now() + PATIENCE;

            for (;;) {
                const mails = (await ask({ mails: true }))
                    .filter(({ to }) => to.includes(address));

                if (mails.length >= n) {
                    return mails;
                }

                assert(Date.now() < end,
                       `${mails.length} mails to ${address} instead of ${n}`);
                await pass(20);
            }
        },

        async stop() {
            node.stdin.end();
            await exit;
        }
    };
}


/* What a mail's HTML part links to, as a reader would open it. */

export function linkIn({ html }) {
    const links = [...html.matchAll(/<a href="([^"]*)"/g)]
        .map(([, link]) => link.replaceAll("&amp;", "&"));

    assert.equal(links.length, 1, "one link in the mail");

    return links[0];
}
