/*
 * WebSockets through the gate, with a real client and server: no tunnel
 * without a session or for a foreign page, and what the server is told.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import WebSocket, { WebSocketServer } from "ws";

import { serve } from "./server.mjs";


const ann = "ann@example.com";
const password = "correct horse battery staple";

/* The requests that came to the server. */
const requests = [];

let backend, server, cookie;


before(async () => {
    backend = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(backend, "listening");

    backend.on("connection", (socket, request) => {
        requests.push(request);
        socket.send("canary");
        socket.on("message", (data, binary) => socket.send(data, { binary }));
    });

    const gate = (path, lines) => `
        location ${path} {
            ${lines}
            proxy_pass http://127.0.0.1:${backend.address().port};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            include %%ROOT%%/conf/login_params;
        }`;

    server = await serve({
        accounts: { [ann]: password },
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;

                location /login/ { login_portal; }
                ${gate("/open", "")}
                ${gate("/gate", "login on;")}
                ${gate("/any", "login on; satisfy any; deny all;")}
                ${gate("/admin", "login on; login_require role=admin;")}
                ${gate("/optional", "login optional;")}

                location /named { try_files /none @named; }
                ${gate("@named", "login on;")}
            }`
    });

    cookie = await server.signIn(ann, password);
});


after(async () => {
    backend?.clients.forEach((client) => client.terminate());
    backend?.close();
    await server?.stop();
});


const open = (path, headers = {}, options = {}) => new WebSocket(
    server.origin.replace("http", "ws") + path, { headers, ...options });


/* Ends with an answer of HTTP, which has nothing of what is behind. */

async function refused(path, status, headers, options) {
    const before = requests.length;
    const socket = open(path, headers, options);

    const [, response] = await once(socket, "unexpected-response");
    let text = JSON.stringify(response.headers);

    for await (const part of response) {
        text += part;
    }

    assert.equal(response.statusCode, status);
    assert.doesNotMatch(text, /canary/);
    assert.equal(requests.length, before, "the server was not asked");
}


/* A tunnel: what the server says, and what comes back of what is sent. */

async function tunnel(path, headers, options) {
    const socket = open(path, headers, options);
    const [first] = await once(socket, "message");

    assert.equal(String(first), "canary");

    for (const message of ["text ż", Buffer.from([0, 255, 1]),
                           Buffer.alloc(300_000, "x")])
    {
        socket.send(message);

        const [data, binary] = await once(socket, "message");

        assert.equal(binary, typeof message !== "string");
        assert.equal(Buffer.compare(data, Buffer.from(message)), 0);
    }

    socket.ping("still there");

    const [pong] = await once(socket, "pong");

    assert.equal(String(pong), "still there");

    return { socket, request: requests.at(-1) };
}


test("without a gate", async () => {
    const { socket, request } = await tunnel("/open");

    socket.close();
    assert.equal(request.headers["remote-user"], undefined);
});


for (const path of ["/gate", "/any", "/admin", "/named"]) {
    test(`${path}: no tunnel without a session`, async () => {
        await refused(path, 401);
        await refused(path, 401, { cookie: "login=" + "A".repeat(86) });
        await refused(path, 401, { "remote-user": ann,
                                   "accept": "text/html" });
        await refused(path, 401, {}, { origin: server.origin });
    });
}


test("nor without the role", () => refused("/admin", 403, { cookie }));


for (const path of ["/gate", "/any", "/optional", "/named"]) {
    test(`${path}: with a session`, async () => {
        const { socket, request } = await tunnel(path,
            { cookie: `a=b; ${cookie}`, "remote-user": "root",
              "remote-groups": "root" },
            { origin: server.origin });

        socket.close();
        assert.equal(request.headers["remote-user"], ann);
        assert.equal(request.headers["remote-groups"], undefined);
        assert.equal(request.headers.cookie, "a=b");
    });
}


test("no tunnel for a page of somebody else", async () => {
    for (const path of ["/gate", "/named"]) {
        await refused(path, 403, { cookie },
                      { origin: "http://evil.example" });
        await refused(path, 403, { cookie }, { origin: "null" });
    }
});


test("after the session has ended, no new one", async () => {
    const { socket } = await tunnel("/gate", { cookie });

    await server.cli("session", "revoke", ann);
    await refused("/gate", 401, { cookie });

    /* one that stands is the application's to close */

    socket.send("still");

    const [data] = await once(socket, "message");

    assert.equal(String(data), "still");
    socket.close();
});
