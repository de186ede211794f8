/*
 * A provider for tests that does what it is told to, right or wrong, and
 * counts what it is asked.
 *
 * Reads questions from standard input and answers each, in lines of JSON:
 *
 *     {"start": {...}}    begins, with these settings; answers {issuer}
 *     {"set": {...}}      settings that take the place of others
 *     {"seen": true}      {discovery, jwks, auth, token, userinfo: how often,
 *                         query: of the last "auth", form: of "token",
 *                         authorization: of each place}
 *     {"rotate": true}    signs with another key from now on
 *     {"open": true}      goes on with all that "hang" has held
 *
 * It lets everybody in at once as "sub".  Settings: "header" and "claims" of
 * the ID token, "userinfo", "metadata", "answer" (of the authorization) and
 * "tokens" replace parts of what it says (null: leaves it out); "alg" signs
 * otherwise ("none", "HS256", "RS256"), "signature": spoils it, "many": has
 * several keys, "bad": one of them is none, "late" moves its clock by
 * seconds, "error": refuses with this, "status": {place: 500}, "redirect":
 * {place: url}, "hang": [places], "drip": [places], "endless": [places].
 */

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import "./node18.mjs";
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair }
    from "jose";


const plain = {
    sub: "alice",
    header: {},
    claims: {},
    userinfo: {},
    metadata: {},
    answer: {},
    tokens: {},
    alg: "RS256",
    late: 0,
    status: {},
    redirect: {},
    hang: [],
    drip: [],
    endless: []
};

const held = [];
const asked = new Map();        /* queries by code */

let settings = { ...plain };
let seen, issuer, key, other, turn = 0;


const replace = (what, by) => Object.fromEntries(
    Object.entries({ ...what, ...by }).filter(([, value]) => value !== null));


async function draw() {
    key = await generateKeyPair("RS256", { extractable: true });
    turn++;
}


function metadata() {
    return replace({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        end_session_endpoint: `${issuer}/end`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"]
    }, settings.metadata);
}


async function jwks() {
    const keys = [{ ...await exportJWK(key.publicKey), kid: `key-${turn}` }];

    if (settings.many) {
        keys.push({ ...await exportJWK(other.publicKey), kid: "other" });
    }

    if (settings.bad) {
        keys.unshift({ kty: "RSA", kid: "bad", n: "AQAB", e: "!" });
    }

    return { keys };
}


async function idToken(query) {
    const now = Math.floor(Date.now() / 1000) + settings.late;
    const claims = replace({
        iss: issuer,
        sub: settings.sub,
        aud: "nginx",
        iat: now,
        exp: now + 300,
        auth_time: now,
        nonce: query.nonce
    }, settings.claims);
    const header = replace({ alg: settings.alg, kid: `key-${turn}` },
                           settings.header);

    if (settings.alg === "none") {
        return new UnsecuredJWT(claims).encode();
    }

    /* the public key, which everybody has, as a secret */

    if (settings.alg === "HS256") {
        const encode = (what) => Buffer.from(JSON.stringify(what))
            .toString("base64url");
        const text = `${encode(header)}.${encode(claims)}`;
        const pem = await exportSPKI(key.publicKey);

        return `${text}.` + createHmac("sha256", pem).update(text)
            .digest("base64url");
    }

    const token = await new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: "RS256" })
        .sign(key.privateKey, { crit: { } });

    if (!settings.signature) {
        return token;
    }

    const [head, payload, signature] = token.split(".");
    const spoilt = Buffer.from(signature, "base64url").reverse();

    return [head, payload, spoilt.toString("base64url")].join(".");
}


const places = {
    "/.well-known/openid-configuration": ["discovery", metadata],
    "/jwks": ["jwks", jwks],
    "/token": ["token", async () => replace({
        access_token: "an.access.token",
        token_type: "Bearer",
        id_token: await idToken(asked.get(seen.form.code) ?? seen.query)
    }, settings.tokens)],
    "/userinfo": ["userinfo", () => replace({
        sub: settings.sub,
        email: `${settings.sub}@acme.example`,
        name: settings.sub.toUpperCase()
    }, settings.userinfo)]
};


function authorize(url, res) {
    const query = Object.fromEntries(url.searchParams);

    const code = `code ${++seen.auth}`;

    seen.query = query;
    asked.set(code, query);

    const answer = new URLSearchParams(replace({
        state: query.state,
        ...settings.error ? { error: settings.error } : { code }
    }, settings.answer));

    res.writeHead(302, { location: `${query.redirect_uri}?${answer}` });
    res.end();
}


/* A byte each second, for as long as somebody listens. */

function drip(res, length) {
    res.writeHead(200, { "content-type": "application/json",
                         "content-length": length });
    res.write(" ");

    const timer = setInterval(() => res.write(" "), 1000);

    res.on("close", () => clearInterval(timer));
}


function pour(res) {
    const more = () => {
        while (!res.destroyed && res.write(" ".repeat(65536))) {
            /* void */
        }
    };

    res.writeHead(200, { "content-type": "application/json" });
    res.on("drain", more);
    more();
}


async function serve(req, res) {
    const url = new URL(req.url, issuer);
    let body = "";

    for await (const data of req) {
        body += data;
    }

    if (url.pathname === "/auth") {
        authorize(url, res);
        return;
    }

    const [place, answer] = places[url.pathname] ?? ["none", () => ({})];

    seen[place] = (seen[place] ?? 0) + 1;
    seen.authorization[place] = req.headers.authorization;

    if (place === "token") {
        seen.form = Object.fromEntries(new URLSearchParams(body));
    }

    if (settings.hang.includes(place)) {
        await new Promise((go) => held.push(go));
    }

    if (settings.drip.includes(place)) {
        drip(res, 4096);
        return;
    }

    if (settings.endless.includes(place)) {
        pour(res);
        return;
    }

    if (settings.redirect[place]) {
        res.writeHead(302, { location: settings.redirect[place] });
        res.end();
        return;
    }

    const text = JSON.stringify(await answer());

    res.writeHead(settings.status[place] ?? 200,
                  { "content-type": "application/json" });
    res.end(text);
}


async function start(set) {
    const server = createServer((req, res) => {
        serve(req, res).catch(() => res.destroy());
    });

    settings = { ...plain, ...set };
    seen = { discovery: 0, jwks: 0, auth: 0, token: 0, userinfo: 0,
             query: {}, form: {}, authorization: {} };

    await draw();
    other = await generateKeyPair("RS256", { extractable: true });

    await new Promise((done) => server.listen(settings.port ?? 0,
                                              "127.0.0.1", done));

    issuer = `http://127.0.0.1:${server.address().port}`;

    return { issuer };
}


async function answer(question) {
    if (question.start) {
        return start(question.start);
    }

    if (question.set) {
        settings = { ...plain, ...question.set };
        return {};
    }

    if (question.rotate) {
        await draw();
        return {};
    }

    if (question.open) {
        held.splice(0).forEach((go) => go());
        return {};
    }

    return seen;
}


for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
}

process.exit(0);
