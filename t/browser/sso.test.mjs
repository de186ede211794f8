/*
 * Single sign-on in a real browser, with two organisations: one has
 * passwords, the other has two providers and no passwords.
 */

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Stage, secret } from "../oidc/stage.mjs";
import { complaints, launch, open } from "./browser.mjs";
import { serve } from "./server.mjs";


const ann = "ann@acme.example";
const password = "correct horse battery staple";
const ben = "ben@acme.example";
const names = ["one", "two", "strict"];
const stages = {};

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">
<circle cx="12" cy="12" r="11" fill="#0a6"/></svg>`;

let folder, server, browser, origin, portal;


const block = (name) => `
    login_provider ${name} "Provider ${name}" {
        oidc               ${stages[name].issuer};
        client_id          nginx;
        client_secret_file ${folder}/secret;
        icon               ${folder}/icon.svg;
        domain             acme.example;
        provision          ${name === "strict" ? "off" : "on"};
    }`;


before(async () => {
    folder = mkdtempSync(join(tmpdir(), "login-sso-"));

    chmodSync(folder, 0o700);
    writeFileSync(`${folder}/secret`, secret, { mode: 0o600 });
    writeFileSync(`${folder}/icon.svg`, icon);

    for (const name of names) {
        stages[name] = new Stage(name);
        await stages[name].listen();
    }

    server = await serve({
        accounts: {},
        http: `
            ${names.map(block).join("")}

            login_org acme "Acme Corporation" {
                password off;
                provider one two;
                contact  "it@acme.example";
            }
            login_org globex  "Globex" { }
            login_org initech "Initech" {
                provider strict;
                contact  "it@initech.example";
            }

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }

                default_type text/plain;

                location / {
            return 200 "$login_principal at $request_uri by $login_methods";
                }
            }`
    });

    origin = server.origin;
    portal = `${origin}/login/`;

    for (const name of names) {
        stages[name].register({
            redirect_uris: [`${portal}sso/${name}/callback`],
            post_logout_redirect_uris: [portal]
        });
    }

    await server.cli({ stdin: `${password}\n` }, "user", "add", ann,
                     "--org", "globex", "--password-stdin");

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();

    for (const stage of Object.values(stages)) {
        await stage.stop();
    }

    if (folder) {
        rmSync(folder, { recursive: true });
    }
});


const text = (page) => page.locator("body").innerText();
const kind = (page) => page.locator("body").getAttribute("data-page");

const follow = (page, selector) => Promise.all([
    page.waitForEvent("load"),
    page.click(selector)
]);


/* A browser that nobody was in; each provider asks who it is. */

async function fresh() {
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = complaints(page, []);

    for (const stage of Object.values(stages)) {
        Object.assign(stage, { form: true, deny: null, faults: [] });
        stage.forget();
    }

    return { context, page, wrong };
}


/* Types what a provider asks for. */

async function at_provider(page, name, account = "ann") {
    assert.equal(await kind(page), name);
    await page.fill("#account", account);
    await follow(page, "button");
}


async function choose(page, org) {
    await follow(page, "text=More login options");
    assert.equal(await kind(page), "options");

    await page.fill("#org", org);
    await page.press("#org", "Enter");
    await page.waitForURL(new RegExp(`options\\?org=${org}`));
}


async function enter(page, fields) {
    for (const [name, value] of Object.entries(fields)) {
        await page.fill(`input[name="${name}"]`, value);
    }

    await Promise.all([
        page.waitForEvent("load"),
        page.press('input[name="password"]', "Enter")
    ]);
}


for (const [name, account] of [["one", "ann"], ["two", "ben"]]) {
    test(`a deep link, through provider ${name}`, async () => {
        const { context, page, wrong } = await fresh();

        await page.goto(`${origin}/deep/link?a=1&b=2`);
        assert.equal(await kind(page), "signin");

        await choose(page, "ACME");

        assert.equal(await page.locator(".provider").count(), 2);
        assert.equal(await page.locator("#password").count(), 0);

        /* icons are there, and nothing else was asked for */

        const icons = page.locator(".provider img");

        assert.equal(await icons.count(), 2);
        assert.equal(await icons.first().evaluate(
            (image) => image.complete && image.naturalWidth > 0), true);

        await follow(page, `text=Sign in with Provider ${name}`);
        await at_provider(page, name, account);

        await page.waitForURL(`${origin}/deep/link?a=1&b=2`);
        assert.equal(await text(page), `acme/${account}@acme.example at `
                                       + `/deep/link?a=1&b=2 by sso:${name}`);
        assert.deepEqual(wrong, []);

        await context.close();
    });
}


test("a bookmark, to the apps", async () => {
    const { context, page, wrong } = await fresh();

    await page.goto(`${portal}options?org=acme`);
    await follow(page, "text=Sign in with Provider one");
    await at_provider(page, "one");

    assert.equal(await kind(page), "apps");
    assert.match(await text(page), /Acme Corporation/);
    assert.deepEqual(wrong, []);

    await context.close();
});


test("the same address, by password in the other one", async () => {
    const { context, page } = await fresh();

    await page.goto(`${origin}/deep`);
    await enter(page, { username: ann, password });

    assert.equal(await text(page), `globex/${ann} at /deep by pwd`);

    /* and from there to the first one */

    await page.goto(`${portal}?switch=1&return_to=/deep`);
    await choose(page, "acme");
    await follow(page, "text=Sign in with Provider one");
    await at_provider(page, "one");

    assert.equal(await text(page), `acme/${ann} at /deep by sso:one`);

    await context.close();
});


test("no password opens the one that has none", async () => {
    const { context, page } = await fresh();

    await page.goto(`${portal}?org=acme`);
    await enter(page, { username: ann, password });

    assert.equal(await kind(page), "signin");
    assert.match(await page.locator('[role="alert"]').innerText(),
                 /don't match/);

    await context.close();
});


test("two tabs finish independently", async () => {
    const { context, page } = await fresh();
    const other = await context.newPage();

    await page.goto(`${origin}/first`);
    await choose(page, "acme");
    await follow(page, "text=Sign in with Provider one");

    await other.goto(`${origin}/second`);
    await choose(other, "acme");
    await follow(other, "text=Sign in with Provider two");

    await at_provider(other, "two", "ben");
    assert.equal(await text(other), `acme/${ben} at /second by sso:two`);

    await at_provider(page, "one");
    assert.equal(await text(page), `acme/${ann} at /first by sso:one`);

    await other.reload();
    assert.equal(await text(other), `acme/${ann} at /second by sso:one`);

    await context.close();
});


test("every wrong turn ends on a page that helps", async () => {
    const { context, page, wrong } = await fresh();

    /* a name that nobody has */

    await page.goto(`${portal}options?org=nowhere`);
    assert.equal(await kind(page), "options");
    await follow(page, "text=Back to sign-in");
    assert.equal(await kind(page), "signin");

    /* cancelled there */

    stages.one.deny = "access_denied";

    await page.goto(`${portal}options?org=acme&return_to=/deep`);
    await follow(page, "text=Sign in with Provider one");
    assert.match(await page.locator('[role="alert"]').innerText(),
                 /Provider one.*it@acme\.example.*Code L5/s);

    stages.one.deny = null;

    /* again, and the provider does not do as it should */

    stages.one.faults = [{ path: "/token" }];

    await follow(page, "a.button");
    await at_provider(page, "one");
    assert.match(await page.locator('[role="alert"]').innerText(),
                 /Provider one.*Code L5/s);

    stages.one.faults = [];

    /* the third time it is well, and leads to where it began */

    await follow(page, "a.button");
    await page.waitForURL(`${origin}/deep`);
    assert.equal(await text(page), `acme/${ann} at /deep by sso:one`);

    await context.clearCookies();

    /* somebody whom nobody knows here */

    await page.goto(`${portal}options?org=initech`);
    await follow(page, "text=Sign in with Provider strict");
    await at_provider(page, "strict");
    assert.match(await page.locator('[role="alert"]').innerText(),
                 /it@initech\.example.*Code L5/s);
    await follow(page, ".more a");
    assert.equal(await kind(page), "signin");

    /* somebody whose name is that of another's account */

    await page.goto(`${portal}options?org=acme`);
    await follow(page, "text=Sign in with Provider two");
    await at_provider(page, "two");
    assert.match(await page.locator('[role="alert"]').innerText(),
                 /isn't connected.*it@acme\.example.*Code L59/s);

    /* an answer that nobody asked for */

    await page.goto(`${portal}sso/one/callback?code=x&state=y`);
    assert.match(await page.locator('[role="alert"]').innerText(), /Code L5/);

    assert.deepEqual(wrong, []);

    await context.close();
});


test("an invitation, accepted through a provider", async () => {
    const { context, page } = await fresh();
    const said = await server.cli("invite", "bea@acme.example", "--org",
                                  "acme", "--no-mail");
    const [link] = said.match(/https?:\S+/);

    await page.goto(link);
    assert.equal(await kind(page), "register");
    assert.equal(await page.locator("#password").count(), 0);

    await follow(page, "text=Sign in with Provider one");
    await at_provider(page, "one", "bea");

    assert.equal(await kind(page), "apps");
    await page.goto(`${origin}/who`);
    assert.equal(await text(page),
                 "acme/bea@acme.example at /who by sso:one");

    await context.close();
});


test("by itself the next time", async () => {
    await fresh().then(({ context }) => context.close());

    const profile = join(folder, "profile");
    let context = await open(profile);
    let page = await context.newPage();

    await page.goto(`${origin}/deep`);
    await choose(page, "acme");
    await follow(page, "text=Sign in with Provider one");
    await at_provider(page, "one");
    assert.equal(await text(page), `acme/${ann} at /deep by sso:one`);

    await context.close();

    context = await open(profile);
    page = await context.newPage();

    await context.clearCookies({ name: "login", domain: "localhost" });
    await page.goto(`${origin}/another?x=1`);
    await page.waitForURL(`${origin}/another?x=1`);
    assert.equal(await text(page), `acme/${ann} at /another?x=1 by sso:one`);

    /* another account */

    await context.clearCookies({ name: "login", domain: "localhost" });
    stages.one.forget();
    await page.goto(`${origin}/deep`);
    assert.equal(await kind(page), "signin");
    assert.equal(await page.locator(".provider").first().innerText(),
                 "Sign in with Provider one");
    await follow(page, "text=Use another account");
    assert.equal(await page.locator("#password").count(), 1);

    /* back to the provider, and out */

    await page.goto(`${portal}`);
    await follow(page, "text=Sign in with Provider one");
    await at_provider(page, "one");
    assert.equal(await kind(page), "apps");

    await page.goto(`${portal}logout`);
    await follow(page, "button[type=submit]");
    await page.goto(`${origin}/deep`);
    assert.equal(await kind(page), "signin");
    assert.equal(await page.locator(".provider").count(), 0);

    await context.close();
});
