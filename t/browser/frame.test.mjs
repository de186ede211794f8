/* What is guarded, in a frame of a page that isn't. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { complaints, launch, signIn } from "./browser.mjs";
import { serve } from "./server.mjs";


const ann = "ann@example.com";
const password = "correct horse battery staple";
const around = "/around?a=b";

let server, browser;


before(async () => {
    server = await serve({
        accounts: { [ann]: password },
        http: `
            server {
                listen 127.0.0.1:%%PORT%%;
                server_name localhost;
                login on;
                default_type text/html;

                location /login/ { login_portal; }
                location = /part { return 200 "<p>for $login_user</p>"; }

                location = /around {
                    login off;
                    return 200 "<h1>Around</h1><iframe src='/part'></iframe>";
                }
            }`
    });

    browser = await launch();
});


after(async () => {
    await browser?.close();
    await server?.stop();
});


test("a frame leads the whole window to the portal and back", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = complaints(page, []);

    await page.goto(server.origin + around);

    const link = page.frameLocator("iframe").getByRole("link",
                                                       { name: "Sign in" });

    await Promise.all([
        page.waitForURL("**/login/?return_to=*"),
        link.click()
    ]);

    await signIn(page, ann, password);

    assert.equal(page.url(), server.origin + around);
    assert.equal(await page.frameLocator("iframe").locator("p").innerText(),
                 `for ${ann}`);
    assert.deepEqual(wrong, []);

    await context.close();
});
