// "node:crypto" with what came with Node 20, see node18.mjs.

import { createHash } from "node:crypto";

export * from "node:crypto";
export { default } from "node:crypto";

export function hash(algorithm, data, encoding = "hex") {
    return createHash(algorithm).update(data).digest(encoding);
}
