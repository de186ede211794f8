/*
 * The modules of OpenID's conformance plan for relying parties ("Basic RP"),
 * by their names, against a provider that does each thing wrong once.
 */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import "./node18.mjs";
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from "jose";

import { Browser } from "./provider.mjs";
import { Asker, callback, end, secret } from "./asker.mjs";


const good = {
    header: {},                 /* of the ID token */
    claims: {},                 /* replace those of a good one */
    userinfo: {},
    single: true                /* the set has one key for RS256 */
};

let server, issuer, key, other, wrong, request, asked;


function metadata() {
    return {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256", "none"]
    };
}


async function jwks() {
    const set = [{ ...await exportJWK(key.publicKey), kid: "one" }];

    if (!wrong.single) {
        set.push({ ...await exportJWK(other.publicKey), kid: "two" });
    }

    return { keys: set };
}


/* What is undefined is left out. */

async function idToken() {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
        iss: issuer,
        sub: "alice",
        aud: "nginx",
        iat: now,
        exp: now + 300,
        nonce: request.get("nonce"),
        ...wrong.claims
    };

    if (wrong.unsigned) {
        return new UnsecuredJWT(claims).encode();
    }

    const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: "one", ...wrong.header })
        .sign(key.privateKey);

    if (!wrong.signature) {
        return token;
    }

    const [header, payload, signature] = token.split(".");

    const altered = Buffer.from(signature, "base64url").reverse();

    return [header, payload, altered.toString("base64url")].join(".");
}


async function answer(url, headers) {
    switch (url.pathname) {

    case "/.well-known/openid-configuration":
        return metadata();

    case "/jwks":
        return jwks();

    case "/token":
        asked.authorization = headers.authorization;

        return {
            access_token: "an.access.token",
            token_type: "Bearer",
            id_token: await idToken()
        };

    case "/userinfo":
        asked.userinfo = headers.authorization;

        return {
            sub: "alice",
            email: "alice@acme.example",
            name: "Alice",
            groups: [],
            ...wrong.userinfo
        };
    }

    return {};
}


before(async () => {
    key = await generateKeyPair("RS256", { extractable: true });
    other = await generateKeyPair("RS256", { extractable: true });

    server = createServer(async (req, res) => {
        const url = new URL(req.url, issuer);

        req.resume();

        if (url.pathname === "/auth") {
            request = url.searchParams;
            res.writeHead(302, {
                location: `${request.get("redirect_uri")}?code=c&state=`
                          + encodeURIComponent(request.get("state"))
            });
            res.end();
            return;
        }

        const body = await answer(url, req.headers);

        res.writeHead(200, { "content-type": "application/json" });
        res.end(JSON.stringify(body));
    });

    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    issuer = `http://127.0.0.1:${server.address().port}`;
});


after(async () => {
    await end();
    server.closeAllConnections();
    server.close();
});


async function signin(how) {
    wrong = { ...good, ...how };
    asked = {};

    const asker = new Asker(issuer, "nginx");
    const query = await new Browser().follow(await asker.ask("start"),
                                             callback);

    return asker.ask(`callback ${query}`);
}


const ok = /^ok alice alice@acme.example Alice/;

const modules = [
    ["oidcc-client-test", {}, ok],
    ["oidcc-client-test-invalid-iss",
     { claims: { iss: "https://other.example" } },
     /^no untrusted ID token is of another issuer/],
    ["oidcc-client-test-missing-sub", { claims: { sub: undefined } },
     /^no untrusted ID token lacks .*"sub"/],
    ["oidcc-client-test-invalid-aud", { claims: { aud: "another" } },
     /^no untrusted ID token is for another client/],
    ["oidcc-client-test-missing-iat", { claims: { iat: undefined } },
     /^no untrusted ID token lacks .*"iat"/],
    ["oidcc-client-test-kid-absent-single-jwks",
     { header: { kid: undefined } }, ok],
    ["oidcc-client-test-kid-absent-multiple-jwks",
     { header: { kid: undefined }, single: false },
     /^no untrusted ID token does not say with which/],
    ["oidcc-client-test-idtoken-sig-rs256", {}, ok],
    ["oidcc-client-test-idtoken-sig-none", { unsigned: true },
     /^no untrusted ID token is signed with an algorithm/],
    ["oidcc-client-test-invalid-sig-rs256", { signature: true },
     /^no untrusted ID token has a wrong signature/],
    ["oidcc-client-test-userinfo-invalid-sub", { userinfo: { sub: "bob" } },
     /^no untrusted userinfo is about somebody else/],
    ["oidcc-client-test-nonce-invalid", { claims: { nonce: "another" } },
     /^no untrusted ID token belongs to another request/]
];

for (const [name, how, expected] of modules) {
    test(name, async () => {
        assert.match(await signin(how), expected);
    });
}


test("oidcc-client-test-scope-userinfo-claims", async () => {
    assert.match(await signin({}), ok);
    assert.equal(request.get("scope"), "openid email profile groups");
    assert.equal(asked.userinfo, "Bearer an.access.token");
});


test("oidcc-client-test-client-secret-basic", async () => {
    assert.match(await signin({}), ok);

    const [id, password] = atob(asked.authorization.replace("Basic ", ""))
        .split(":").map(decodeURIComponent);

    assert.equal(id, "nginx");
    assert.equal(password, secret);
});
