// What "jose" and "oidc-provider" expect of newer versions of Node than the
// one that Debian 12 has.

import crypto from "node:crypto";
import { register } from "node:module";

globalThis.crypto ??= crypto.webcrypto;

URL.parse ??= (url, base) => {
    try {
        return new URL(url, base);
    } catch {
        return null;
    }
};

Headers.prototype.getSetCookie ??= function () {
    return this.get("set-cookie")?.split(/, (?=[^;,= ]+=)/) ?? [];
};

// What a module exports cannot be added to: "oidc-provider" gets another one.

if (crypto.hash === undefined) {
    register("./node18-hooks.mjs", import.meta.url);
}
