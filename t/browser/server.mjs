/* nginx with accounts, for as long as a test needs it: see server.pl. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";


export async function serve({ accounts, http, limit }) {
    const script = fileURLToPath(new URL("server.pl", import.meta.url));
    const perl = spawn("perl", ["-w", script],
                       { stdio: ["pipe", "pipe", "inherit"] });
    const exit = once(perl, "exit");
    const lines = createInterface({ input: perl.stdout })
        [Symbol.asyncIterator]();

    async function ask(question) {
        perl.stdin.write(JSON.stringify(question) + "\n");

        const { value, done } = await lines.next();

        assert(!done, "server.pl has ended");

        return JSON.parse(value);
    }

    const { port, ports } = await ask({ accounts, http, limit });

    return {
        origin: `http://localhost:${port}`,

        /* By the names of %%PORT_name%%. */
        ports,

        /* The cookie of a new session. */
        signIn: (username, password) => ask(["sign_in", username, password]),

        /* What nginx-login says. */
        cli: (...args) => ask(["cli", ...args]),

        /* Ends nginx; fails where its logs say that something went wrong. */
        async stop() {
            const failed = [];

            perl.stdin.end();

            for (;;) {
                const { value, done } = await lines.next();

                if (done) {
                    break;
                }

                if (value.startsWith("not ok")) {
                    failed.push(value);
                }
            }

            const [code] = await exit;

            assert.deepEqual(failed, []);
            assert.equal(code, 0);
        }
    };
}


/* A page of somebody else. */

export async function elsewhere(html) {
    const other = createServer((request, response) => {
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.end(`<!doctype html><title>Elsewhere</title>${html}`);
    });

    other.listen(0, "127.0.0.1");
    await once(other, "listening");

    const { port } = other.address();

    return { port, url: `http://127.0.0.1:${port}/`,
             close: () => other.close() };
}
