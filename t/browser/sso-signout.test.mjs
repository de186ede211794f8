/*
 * Signing out at the provider as well, in a real browser: it asks the page's
 * policy where the form may lead, also by redirects.
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Stage, secret } from "../oidc/stage.mjs";
import { complaints, launch } from "./browser.mjs";
import { serve } from "./server.mjs";


const one = new Stage("one");

let folder, server, browser, portal;


before(async () => {
    folder = mkdtempSync(join(tmpdir(), "login-sso-"));
    writeFileSync(`${folder}/secret`, secret, { mode: 0o600 });

    await one.listen();

    server = await serve({
        accounts: {},
        http: `
            login_provider one "One" {
                oidc               ${one.issuer};
                client_id          nginx;
                client_secret_file ${folder}/secret;
                provision          on;
            }

            login_org default "Acme" { provider one; }

            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;

                location /login/ { login_portal; }
                location / {
                    default_type text/plain;
                    return 200 "hello $login_user";
                }
            }`
    });

    portal = `${server.origin}/login/`;

    one.register({
        redirect_uris: [`${portal}sso/one/callback`],
        backchannel_logout_uri: `${portal}sso/one/logout`,
        post_logout_redirect_uris: [portal]
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
    await one.stop();

    if (folder) {
        rmSync(folder, { recursive: true });
    }
});


async function signedIn(context) {
    const page = await context.newPage();

    await page.goto(`${portal}sso/one`);
    assert.equal(page.url(), `${portal}apps`);

    return page;
}


async function showsDoor(page) {
    assert.equal(await page.getAttribute("body", "data-page"), "signin");
    assert.equal(new URL(page.url()).origin, server.origin);
}


test("out here, out there, and back to the sign-in page", async () => {
    const context = await browser.newContext();
    const page = await signedIn(context);
    const list = complaints(page, []);

    await page.goto(`${portal}logout`);
    await page.click("main form[action$=logout] button");
    await page.waitForURL(`${one.issuer}/session/end?**`);

    await page.click("button[name=logout]");
    await page.waitForURL(`${portal}**`);
    await showsDoor(page);

    /* the provider's own page wants a font from elsewhere */

    assert.deepEqual(list.filter((text) => !/^Failed to load/.test(text)),
                     []);

    await page.goto(`${server.origin}/`);
    await showsDoor(page);
    await context.close();
});


test("signed out there is signed out here", async () => {
    const context = await browser.newContext();
    const page = await signedIn(context);

    await page.goto(`${one.issuer}/session/end`);
    await page.click("button[name=logout]");

    one.form = true;
    await page.goto(`${server.origin}/`);
    one.form = false;

    assert.doesNotMatch(await page.content(), /hello/);
    await context.close();
});
