/*
 * gRPC through the gate, with gRPC's own client and server: single calls and
 * streams, what a refusal is to the client, and whom the server is told of.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import grpc from "@grpc/grpc-js";
import loader from "@grpc/proto-loader";

import { serve } from "./server.mjs";


const ann = "ann@example.com";
const password = "correct horse battery staple";

const { Echo } = grpc.loadPackageDefinition(loader.loadSync(
    fileURLToPath(new URL("echo.proto", import.meta.url)))).test;

/* What came to the server: { method, metadata } */
const calls = [];

let backend, server, cookie;
const clients = [];


function note(call) {
    calls.push({ method: call.getPath(), metadata: call.metadata.getMap() });
}


const methods = {

    say(call, done) {
        note(call);
        done(null, { text: `canary: ${call.request.text}` });
    },

    repeat(call) {
        note(call);

        for (let i = 0; i < 100; i++) {
            call.write({ text: `canary ${i}: ${call.request.text}` });
        }

        call.end();
    },

    join(call, done) {
        let text = "canary: ";

        note(call);
        call.on("data", (words) => { text += words.text; });
        call.on("end", () => done(null, { text }));
    },

    chat(call) {
        note(call);
        call.on("data", ({ text }) => call.write({ text: `canary: ${text}` }));
        call.on("end", () => call.end());
    }
};


before(async () => {
    backend = new grpc.Server();
    backend.addService(Echo.service, methods);

    const port = await promisify(backend.bindAsync.bind(backend))(
        "127.0.0.1:0", grpc.ServerCredentials.createInsecure());

    const gate = (name, lines) => `
        server {
            listen 127.0.0.1:%%PORT_${name}%% http2;
            server_name localhost;
            login_portal_url http://localhost:%%PORT%%/login/;

            location / {
                ${lines}
                grpc_pass grpc://127.0.0.1:${port};
                include %%ROOT%%/conf/login_params;
            }
        }`;

    server = await serve({
        accounts: { [ann]: password },
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                location /login/ { login_portal; }
            }
            ${gate("open", "")}
            ${gate("gate", "login on;")}
            ${gate("any", "login on; satisfy any; deny all;")}
            ${gate("optional", "login optional;")}
            ${gate("admin", "login on; login_require role=admin;")}`
    });

    cookie = await server.signIn(ann, password);
});


after(async () => {
    clients.forEach((client) => client.close());
    backend?.forceShutdown();
    await server?.stop();
});


function connect(name) {
    const client = new Echo(`127.0.0.1:${server.ports[name]}`,
                            grpc.credentials.createInsecure());

    clients.push(client);

    return client;
}


function metadata(entries = {}) {
    const result = new grpc.Metadata();

    for (const [name, value] of Object.entries(entries)) {
        result.set(name, value);
    }

    return result;
}


/* All kinds of calls: each gives the texts that came, or fails. */

const kinds = {

    say: (client, meta) => new Promise((resolve, reject) =>
        client.say({ text: "one" }, meta,
                   (error, words) => error ? reject(error)
                                           : resolve([words.text]))),

    repeat: (client, meta) => texts(client.repeat({ text: "many" }, meta)),

    join: (client, meta) => new Promise((resolve, reject) => {
        const call = client.join(meta, (error, words) =>
            error ? reject(error) : resolve([words.text]));

        /* more than fits into a window */

        for (let i = 0; i < 100; i++) {
            call.write({ text: "x".repeat(2000) });
        }

        call.end();
    }),

    chat: (client, meta) => {
        const call = client.chat(meta);

        call.write({ text: "a" });
        call.write({ text: "b" });
        call.end();

        return texts(call);
    }
};


/* What a stream brings; if it fails, what it brought until then. */

async function texts(call) {
    const result = [];

    call.on("data", (words) => result.push(words.text));

    const end = new Promise((resolve, reject) => {
        call.on("end", resolve);
        call.on("error", (error) => reject(Object.assign(error, { result })));
    });
    const [status] = await Promise.all([once(call, "status"), end]);

    assert.equal(status[0].code, grpc.status.OK);

    return result;
}


/* Calls of each kind, alone and all at once, end with "code". */

async function refused(name, code, meta) {
    const client = connect(name);
    const before = calls.length;

    const check = (kind) => assert.rejects(kind(client, meta()), (error) => {
        assert.equal(error.code, code);
        assert.doesNotMatch(JSON.stringify([error, error.metadata.getMap()]),
                            /canary/);
        return true;
    });

    for (const kind of Object.values(kinds)) {
        await check(kind);
    }

    await Promise.all(Object.values(kinds).map(check));

    assert.equal(calls.length, before, "no call has reached the server");
}


async function answered(name, meta) {
    const client = connect(name);

    assert.deepEqual(await kinds.say(client, meta()), ["canary: one"]);
    assert.deepEqual(await kinds.repeat(client, meta()),
                     Array.from({ length: 100 },
                                (_, i) => `canary ${i}: many`));
    assert.deepEqual(await kinds.join(client, meta()),
                     ["canary: " + "x".repeat(200_000)]);
    assert.deepEqual(await kinds.chat(client, meta()),
                     ["canary: a", "canary: b"]);
}


const last = () => calls.at(-1).metadata;
const remote = (entries) => Object.fromEntries(
    Object.entries(entries).filter(([name]) => /^remote/.test(name)));

const identity = {
    "remote-user": ann,
    "remote-email": ann,
    "remote-org": "default"
};

const spoofs = {
    "remote-user": "root",
    "remote-groups": "root",
    "remote_user": "root",
    "remote.user": "root"
};


test("without a gate, calls are answered", async () => {
    await answered("open", () => metadata());
    assert.deepEqual(remote(last()), {});
});


for (const name of ["gate", "any", "admin"]) {
    test(`${name}: refused as UNAUTHENTICATED`, async () => {
        await refused(name, grpc.status.UNAUTHENTICATED, () => metadata());
        await refused(name, grpc.status.UNAUTHENTICATED,
                      () => metadata({ cookie: "login=" + "A".repeat(86) }));
        await refused(name, grpc.status.UNAUTHENTICATED,
                      () => metadata({ ...spoofs,
                                       authorization: "Basic cm9vdDpyb290" }));
    });
}


test("refused as PERMISSION_DENIED without the role", async () => {
    await refused("admin", grpc.status.PERMISSION_DENIED,
                  () => metadata({ cookie }));
});


for (const name of ["gate", "any", "optional"]) {
    test(`${name}: with a session, and told of who it is`, async () => {
        await answered(name, () => metadata({ cookie }));
        assert.deepEqual(remote(last()), identity);
        assert.equal(last().cookie, undefined);

        await answered(name, () => metadata({ ...spoofs,
                                              cookie: `a=b; ${cookie}` }));
        assert.deepEqual(remote(last()), identity);
        assert.equal(last().cookie, "a=b");
    });
}


test("optional: nobody, whatever is said", async () => {
    await answered("optional", () => metadata(spoofs));
    assert.deepEqual(remote(last()), {});
});


test("on one connection, each call by itself", async () => {
    const client = connect("gate");

    for (let i = 0; i < 20; i++) {
        const say = kinds.say(client, metadata(i % 3 ? {} : { cookie }));

        await (i % 3
            ? assert.rejects(say, { code: grpc.status.UNAUTHENTICATED })
            : say);
    }
});


test("after the session has ended, UNAUTHENTICATED", async () => {
    await server.cli("session", "revoke", ann);
    await refused("gate", grpc.status.UNAUTHENTICATED,
                  () => metadata({ cookie }));
});
