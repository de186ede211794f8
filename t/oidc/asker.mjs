/* The core's relying party: see t/unit/ask_provider.c. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";


export const callback = "http://127.0.0.1:9/login/sso/op/callback";
export const secret = "a secret: of +50 % more than 32 bytes";

const build = process.env.LOGIN_BUILD ?? "build";
const program = fileURLToPath(new URL(`../../${build}/unit/ask_provider`,
                                      import.meta.url));
const askers = [];


/* The program, which answers each line with one. */

export class Asker {

    constructor(issuer, client, credential = secret) {
        this.process = spawn(program, [issuer, client, credential,
                                       callback],
                             { stdio: ["pipe", "pipe", "inherit"] });
        this.lines = createInterface({ input: this.process.stdout })
            [Symbol.asyncIterator]();
        askers.push(this);
    }

    async ask(line) {
        this.process.stdin.write(`${line}\n`);

        return (await this.lines.next()).value;
    }

    async end() {
        const exit = once(this.process, "exit");

        this.process.stdin.end();

        const [code] = await exit;

        assert.equal(code, 0);
    }
}


export async function end() {
    for (const asker of askers) {
        await asker.end();
    }
}
