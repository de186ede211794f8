/*
 * What pages of others can make a real browser do: those of another site,
 * and those of a neighbour, which is another origin of the same site.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { launch, signIn } from "./browser.mjs";
import { elsewhere, serve } from "./server.mjs";


const ann = "ann@example.com";
const mallory = "mallory@example.com";
const password = "correct horse battery staple";
const link = "/deep/link?a=1&b=%20x%2Fy";

let app, server, browser, other, origin, others;


/* An application that takes every WebSocket. */

async function application() {
    const sockets = new Set();

    app = createServer((request, response) => {
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.end(`<!doctype html><title>In</title>`
                     + `<p>in: ${request.method}</p>`);
    });

    app.on("upgrade", (request, socket) => {
        const accept = createHash("sha1")
            .update(request.headers["sec-websocket-key"]
                    + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
            .digest("base64");

        sockets.add(socket);
        socket.on("error", () => {});
        socket.write("HTTP/1.1 101 Switching Protocols\r\n"
                     + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                     + `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
    });

    app.closeAll = () => {
        sockets.forEach((socket) => socket.destroy());
        app.close();
    };

    app.listen(0, "127.0.0.1");
    await once(app, "listening");
}


before(async () => {
    await application();

    const upstream = `http://127.0.0.1:${app.address().port}`;

    server = await serve({
        accounts: { [ann]: password, [mallory]: password },
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name app.example.test;
                login on;

                location /login/ { login_portal; }

                location / {
                    proxy_pass ${upstream};
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $http_connection;
                }
            }

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name strict.example.test;
                login on;
                login_cookie samesite=strict;

                location /login/ { login_portal; }
                location / { return 200 "in"; }
            }`
    });

    origin = server.origin.replace("localhost", "app.example.test");

    other = await elsewhere(`
        <a id="link" href="${origin}${link}">link</a>
        <a id="strict" href="${origin.replace("app", "strict")}/x">link</a>
        <form id="app" method="post" action="${origin}/form">
        <input name="a" value="b">
        </form>
        <form id="out" method="post" action="${origin}/login/logout">
        <input name="csrf" value="x">
        </form>
        <form id="in" method="post" action="${origin}/login/">
        <input name="username" value="${mallory}">
        <input name="password" value="${password}">
        <input name="switch" value="1">
        </form>`);

    others = {
        "another site": other.url,
        "a neighbour": `http://evil.example.test:${other.port}/`
    };

    browser = await launch(
        ["--host-resolver-rules=MAP *.example.test 127.0.0.1"]);
});


after(async () => {
    await browser?.close();
    await server?.stop();
    other?.close();
    app?.closeAll();
});


const kind = (page) => page.locator("body").getAttribute("data-page");
const text = (page) => page.locator("body").innerText();


async function signedIn() {
    const context = await browser.newContext();
    const page = await context.newPage();

    await page.goto(origin + link);
    await signIn(page, ann, password);
    assert.equal(page.url(), origin + link);

    return page;
}


async function isAnn(page) {
    const response = await page.goto(origin + "/login/session");

    assert.equal(response.status(), 200);
    assert.match(await response.text(), new RegExp(ann));
}


/* Sends a form of the page; returns the answer. */

async function send(page, form) {
    const [response] = await Promise.all([
        page.waitForResponse((r) => r.request().method() === "POST"),
        page.waitForURL(origin + "/**"),
        page.evaluate((id) => document.forms[id].submit(), form)
    ]);

    return response;
}


for (const where of ["another site", "a neighbour"]) {

    test(`${where}: a link leads in`, async () => {
        const page = await signedIn();

        await page.goto(others[where]);
        await Promise.all([
            page.waitForURL(origin + link),
            page.click("#link")
        ]);
        assert.equal(await text(page), "in: GET");

        await page.context().clearCookies();
        await page.goto(others[where]);
        await Promise.all([
            page.waitForURL(origin + "/login/**"),
            page.click("#link")
        ]);
        assert.equal(await kind(page), "signin");
        await signIn(page, ann, password);
        assert.equal(page.url(), origin + link);

        await page.context().close();
    });


    test(`${where}: forms to the portal do nothing`, async () => {
        const page = await signedIn();

        for (const form of ["out", "in"]) {
            await page.goto(others[where]);

            const response = await send(page, form);

            /* the cookie stays behind: nobody is there to be signed out */

            if (form === "out" && where === "another site") {
                assert.equal(response.status(), 303);
                assert.equal(await response.headerValue("Set-Cookie"), null);

            } else {
                assert.equal(response.status(), 403);
                assert.match(await page.getByRole("alert").innerText(),
                             /L11/);
            }

            await isAnn(page);
        }

        await page.context().close();
    });


    test(`${where}: scripts do and read nothing`, async () => {
        const page = await signedIn();

        await page.goto(others[where]);

        const read = await page.evaluate(async (portal) => {
            const answers = [];

            for (const [path, options] of [
                ["session", { credentials: "include" }],
                ["", { credentials: "include" }],
                ["logout", { method: "POST", credentials: "include",
                             body: new URLSearchParams({ csrf: "x" }) }],
                ["logout", { method: "POST", credentials: "include",
                             headers: { "X-Own": "1" } }],
                ["logout", { method: "DELETE", credentials: "include" }],
                ["logout", { method: "POST", credentials: "include",
                             mode: "no-cors", body: "csrf=x" }]
            ]) {
                try {
                    const response = await fetch(portal + path, options);

                    answers.push(response.type);

                } catch (error) {
                    answers.push(error.name);
                }
            }

            return answers;
        }, origin + "/login/");

        assert.deepEqual(read, [...Array(5).fill("TypeError"), "opaque"]);
        await isAnn(page);

        await page.context().close();
    });


    test(`${where}: no WebSocket`, async () => {
        const page = await signedIn();

        /* opens one from where the page is; why it was not to be had */

        const open = async () => {
            const [socket] = await Promise.all([
                page.waitForEvent("websocket"),
                page.evaluate((url) => {
                    window.socket = new WebSocket(url);
                }, origin.replace("http", "ws") + "/socket")
            ]);

            return Promise.race([
                socket.waitForEvent("socketerror"),
                page.evaluate(() => new Promise((resolve) => {
                    const { socket } = window;

                    if (socket.readyState === WebSocket.OPEN) {
                        resolve("open");
                    }

                    socket.addEventListener("open", () => resolve("open"));
                }))
            ]);
        };

        assert.equal(await open(), "open");

        /* the cookie does not even come along from another site: 401 */

        await page.goto(others[where]);
        assert.match(await open(), where === "a neighbour" ? /code: 403/
                     : /Authentication failed/);

        await page.goto(origin + "/");
        assert.equal(await open(), "open");

        await page.context().close();
    });
}


test("another site: a form to an application asks to sign in", async () => {
    const page = await signedIn();

    await page.goto(others["another site"]);
    assert.equal((await send(page, "app")).status(), 401);
    assert.equal(await kind(page), "expired");

    /* as the page says: sign in in a new tab, then send it again */

    const [tab] = await Promise.all([
        page.context().waitForEvent("page"),
        page.locator(`a[href^="${origin}/login/"]`).first()
            .click({ modifiers: ["Control"] })
    ]);

    await tab.waitForURL(origin + "/login/**");
    await page.context().close();
});


test("a neighbour: a form to an application reaches it", async () => {
    const page = await signedIn();

    await page.goto(others["a neighbour"]);
    assert.equal((await send(page, "app")).status(), 200);
    assert.equal(await text(page), "in: POST");

    await page.context().close();
});


test("another site: a link with samesite=strict asks to sign in", async () => {
    const strict = origin.replace("app", "strict");
    const context = await browser.newContext();
    const page = await context.newPage();

    await page.goto(strict + "/login/");
    await signIn(page, ann, password);

    await page.goto(others["another site"]);
    await Promise.all([
        page.waitForURL(strict + "/login/**"),
        page.click("#strict")
    ]);
    assert.equal(await kind(page), "signin");

    /* but nobody was signed out: whatever is sent leads on */

    await signIn(page, "x", "x");
    assert.equal(page.url(), strict + "/x");
    assert.equal(await text(page), "in");

    await context.close();
});
