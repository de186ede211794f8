/*
 * A provider (see stage.mjs) for tests that are not of node.  Reads questions
 * from standard input and answers each, in lines of JSON:
 *
 *     {"start": "one"}        {issuer, port, secret} of a provider
 *     {"register": {...}}     what more the client "nginx" has
 *     {"set": {...}}          properties: person, people, deny, faults...
 *     {"rotate": {...}}       another key
 *     {"stop": true}          nobody answers
 *     {"resume": true}        at the same port again
 *     {"forget": true}        nobody is signed in there
 *     {"seen": true}          requests by path
 *     {"sessions": true}      ids that clients know them by, oldest first
 *     {"logoutToken": {...}}  {token}
 */

import { createInterface } from "node:readline";

import { Stage, secret } from "./stage.mjs";


let stage;


async function answer(question) {
    if (question.start) {
        stage = new Stage(question.start);
        await stage.listen();

        return { issuer: stage.issuer, port: stage.port, secret };
    }

    if (question.register) {
        stage.register(question.register);

    } else if (question.set) {
        Object.assign(stage, question.set);
        stage.apply();

    } else if (question.rotate) {
        await stage.rotate(question.rotate);

    } else if (question.stop) {
        await stage.stop();

    } else if (question.resume) {
        await stage.listen(stage.port);

    } else if (question.forget) {
        stage.forget();

    } else if (question.seen) {
        return stage.seen;

    } else if (question.sessions) {
        return stage.sessions();

    } else if (question.logoutToken) {
        return { token: await stage.logoutToken(question.logoutToken) };
    }

    return {};
}


for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(JSON.parse(line)))
                         + "\n");
}

process.exit(0);
