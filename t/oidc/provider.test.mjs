/*
 * The relying party of the core with a provider that others have written:
 * two of oidc-provider, each algorithm and way to authenticate, and what
 * becomes of answers that are used twice or taken to the other one.
 */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import "./node18.mjs";
import { exportJWK, exportPKCS8, generateKeyPair } from "jose";

import { Asker, callback, end, secret } from "./asker.mjs";
import { Browser, Op, draw } from "./provider.mjs";


const keys = {};
const ours = {};
const told = [];

let one, two, listener;


async function signin(asker, browser = new Browser()) {
    const query = await browser.follow(await asker.ask("start"), callback);

    return asker.ask(`callback ${query}`);
}


function clients() {
    const client = (client_id, more) => ({
        client_id,
        client_secret: secret,
        redirect_uris: [callback],
        backchannel_logout_uri:
            `http://127.0.0.1:${listener.address().port}/`,
        ...more
    });

    const signed = (alg) => client(`alg-${alg}`, {
        id_token_signed_response_alg: alg
    });

    const keyed = (alg) => ({
        ...client(`key-${alg}`, {
            token_endpoint_auth_method: "private_key_jwt",
            token_endpoint_auth_signing_alg: alg,
            jwks: { keys: [ours[alg].public] }
        }),
        client_secret: undefined
    });

    return [
        client("nginx"),
        client("post", { token_endpoint_auth_method: "client_secret_post" }),
        ...["RS256", "PS256", "ES256", "EdDSA"].map(signed),
        ...["RS256", "ES256", "EdDSA"].map(keyed)
    ];
}


before(async () => {
    for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
        keys[alg] = { ...await draw(alg), alg, use: "sig" };
    }

    for (const alg of ["RS256", "ES256", "EdDSA"]) {
        const pair = await generateKeyPair(alg, { extractable: true });

        ours[alg] = {
            pem: await exportPKCS8(pair.privateKey),
            public: await exportJWK(pair.publicKey)
        };
    }

    listener = createServer((req, res) => {
        let body = "";

        req.on("data", (data) => { body += data; });
        req.on("end", () => {
            told.push(new URLSearchParams(body).get("logout_token"));
            res.end();
        });
    });

    await new Promise((done) => listener.listen(0, "127.0.0.1", done));

    one = new Op();
    two = new Op();

    for (const op of [one, two]) {
        await op.listen();
        op.configure(Object.values(keys), clients());
    }
});


after(async () => {
    await end();
    one.close();
    two.close();
    listener.closeAllConnections();
    listener.close();
});


for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
    test(`an ID token signed with ${alg}`, async () => {
        assert.equal(await signin(new Asker(one.issuer, `alg-${alg}`)),
                     "ok alice alice@acme.example ALICE staff,admin");
    });
}


test("client_secret_basic", async () => {
    assert.equal(await signin(new Asker(one.issuer, "nginx")),
                 "ok alice alice@acme.example ALICE staff,admin");
});


for (const alg of ["RS256", "ES256", "EdDSA"]) {
    test(`private_key_jwt with ${alg}`, async () => {
        assert.equal(await signin(new Asker(one.issuer, `key-${alg}`,
                                            ours[alg].pem)),
                     "ok alice alice@acme.example ALICE staff,admin");
    });
}


test("client_secret_post, and claims in the ID token", async () => {
    const op = new Op();

    await op.listen();
    op.configure(Object.values(keys),
                 clients().filter((client) => client.client_id === "post"),
                 {
                     clientAuthMethods: ["client_secret_post"],
                     conformIdTokenClaims: false
                 });

    assert.equal(await signin(new Asker(op.issuer, "post")),
                 "ok alice alice@acme.example ALICE staff,admin");

    op.close();
});


test("the wrong secret, or none of the two", async () => {
    assert.match(await signin(new Asker(one.issuer, "nginx", "another")),
                 /^no refused token was refused: invalid_client/);
});


test("a code is good once", async () => {
    const asker = new Asker(one.issuer, "nginx");
    const query = await new Browser().follow(await asker.ask("start"),
                                             callback);

    assert.match(await asker.ask(`callback ${query}`), /^ok alice /);
    assert.match(await asker.ask(`callback ${query}`),
                 /^no refused token was refused: invalid_grant/);
});


test("what one provider answers is nothing to the other", async () => {
    const first = new Asker(one.issuer, "nginx");
    const second = new Asker(two.issuer, "nginx");

    const query = new URLSearchParams(
        await new Browser().follow(await first.ask("start"), callback));
    const url = new URL(await second.ask("start"));

    assert.match(await second.ask(`callback ${query}`),
                 /^no untrusted answer belongs to another request/);

    query.set("state", url.searchParams.get("state"));
    assert.match(await second.ask(`callback ${query}`),
                 /^no untrusted answer is of another issuer/);

    query.delete("iss");
    assert.match(await second.ask(`callback ${query}`),
                 /^no untrusted answer is of another issuer/);

    query.set("iss", two.issuer);
    assert.match(await second.ask(`callback ${query}`),
                 /^no refused token was refused: invalid_grant/);
});


test("the verifier belongs to the request", async () => {
    const asker = new Asker(one.issuer, "nginx");
    const query = new URLSearchParams(
        await new Browser().follow(await asker.ask("start"), callback));
    const url = new URL(await asker.ask("start"));

    query.set("state", url.searchParams.get("state"));
    assert.match(await asker.ask(`callback ${query}`),
                 /^no refused token was refused: invalid_grant/);
});


test("the provider refuses", async () => {
    const asker = new Asker(one.issuer, "nginx");
    const url = new URL(await asker.ask("start"));

    url.searchParams.set("prompt", "none");

    const query = await new Browser().follow(url.href, callback);

    assert.match(query, /error=login_required/);
    assert.equal(await asker.ask(`callback ${query}`),
                 "no refused answer is login_required");
});


test("other keys, and what was signed with the old ones", async () => {
    const op = new Op();
    const fresh = await draw("RS256");

    await op.listen();
    op.configure([{ ...keys.RS256, kid: "old" }], clients());

    const asker = new Asker(op.issuer, "nginx");

    assert.match(await signin(asker), /^ok alice /);

    /* within ten seconds nothing is fetched anew */

    op.configure([{ ...fresh, kid: "new" }], clients());
    assert.match(await signin(asker),
                 /^no untrusted ID token is signed with a key/);

    assert.equal(await asker.ask("later 10"), "ok");
    assert.match(await signin(asker), /^ok alice /);

    op.configure([{ ...keys.RS256, kid: "old" }], clients());
    assert.equal(await asker.ask("later 10"), "ok");
    assert.match(await signin(asker), /^ok alice /);

    op.close();

    assert.match(await asker.ask("later 100000"), /^ok/);
    assert.match(await asker.ask("start"), /^no down metadata /);
});


test("back-channel logout", async () => {
    const browser = new Browser();
    const asker = new Asker(one.issuer, "nginx");

    assert.match(await signin(asker, browser), /^ok alice /);

    told.length = 0;

    const page = await browser.fetch(`${one.issuer}/session/end`);
    const xsrf = await page.text();

    await browser.fetch(`${one.issuer}/session/end/confirm`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ xsrf, logout: "yes" }).toString()
    });

    assert.equal(told.length, 1);
    assert.equal(await asker.ask(`logout ${told[0]}`), "ok alice");
    assert.match(await new Asker(two.issuer, "nginx").ask(`logout ${told[0]}`),
                 /^no untrusted logout token /);
    assert.match(await asker.ask(`logout ${told[0]}x`),
                 /^no untrusted logout token /);
});
