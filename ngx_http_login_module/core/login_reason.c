
#include "login.h"


typedef struct {
    const char  *code;
    const char  *text;
} login_reason_t;


/* Codes stand in mails and notes of people: never give one a new meaning. */

static const login_reason_t  login_reasons[LOGIN_REASONS] = {

    [LOGIN_REASON_NONE] = { "", "" },

    [LOGIN_REASON_WRONG] = { "L10",
        "The username and the password did not match.  The page says the "
        "same, and takes the same time, whether there is no such account, "
        "the password is wrong, the account is disabled or it has no "
        "password.  \"nginx-login user show NAME\" tells which it is, and "
        "\"nginx-login user password NAME\" sets a new password." },

    [LOGIN_REASON_FORGED] = { "L11",
        "A form came without the token that the portal had put into it, or "
        "from a page of another site, and nothing was done.  Mostly the "
        "browser's cookies were cleared or blocked while the form was open: "
        "loading the page again and sending it once more is enough.  If it "
        "happens to everybody, compare the address in the browser with the "
        "portal's URL (\"login_portal_url\"): scheme, host and port must be "
        "the same, also behind a proxy.  nginx's error log at level \"info\" "
        "tells what was missing." },

    [LOGIN_REASON_MALFORMED] = { "L12",
        "The request could not be read: a bad percent escape, text that is "
        "not UTF-8, a field twice or too many of them, or something that no "
        "browser sends.  The portal's own forms are never refused with this, "
        "so look for a script or a proxy that changes requests; nginx's "
        "error log at level \"info\" has the address that sent it." },

    [LOGIN_REASON_TOO_LARGE] = { "L13",
        "The body of the request is larger than any form of the portal.  "
        "Nothing of it was read.  Look for a script that posts to the "
        "portal; nginx's access log has the address that sent it." },

    [LOGIN_REASON_TYPE] = { "L14",
        "The body was not sent as \"application/x-www-form-urlencoded\", "
        "the only type that the portal reads.  Look for a script that posts "
        "JSON or files to the portal; nginx's access log has the address "
        "that sent it." },

    [LOGIN_REASON_METHOD] = { "L15",
        "The address exists but does not answer to this method: pages are "
        "read by GET and HEAD, forms are sent by POST, and nothing else is "
        "there.  The header \"Allow\" of the answer lists what is allowed." },

    [LOGIN_REASON_NOT_FOUND] = { "L16",
        "Below the portal there is no page at this address.  Look for an "
        "outdated link or bookmark, and compare the prefix of the location "
        "that has \"login_portal\" with the address in the browser." },

    [LOGIN_REASON_DENIED] = { "L17",
        "The person is signed in, but a \"login_require\" of the location "
        "is not met by the account.  \"nginx-login user show NAME\" lists "
        "the organisation and the roles of the account, and nginx's error "
        "log at level \"info\" names the condition." },

    [LOGIN_REASON_EXPIRED] = { "L18",
        "A form was sent to a protected page without a session: it was left "
        "open until \"login_session\" ended it, the person signed out in "
        "another tab, or the session was ended by \"nginx-login session "
        "revoke\".  After signing in in another tab the form can be sent "
        "again by reloading the page." },

    [LOGIN_REASON_BUSY] = { "L20",
        "More sign-ins were waiting than \"login_hash max_queue\" allows, or "
        "the store could not be written in time.  It passes by itself, and "
        "the answer told the browser when to come again.  If it lasts, look "
        "in nginx's error log for which of the two it was: many guesses at "
        "passwords, too few \"login_hash threads\", a slow disk, or a "
        "command that holds the store's lock." },

    [LOGIN_REASON_STORE] = { "L21",
        "The store could not be read or written, so nobody was let in.  "
        "nginx's error log has the reason at level \"crit\" or \"error\": "
        "mostly a full disk, wrong owner or mode of the directory given by "
        "\"login_store\" (its files belong to the user of the workers), or "
        "a record that was signed with a key no longer in the key file." },

    [LOGIN_REASON_INTERNAL] = { "L22",
        "Something that should always work did not: memory, a thread, the "
        "generator of random numbers or a library.  Nobody was let in.  "
        "nginx's error log has the reason at level \"crit\" or \"alert\"; "
        "if it is neither memory nor a limit of the system, please report "
        "it with those lines." },

    [LOGIN_REASON_THROTTLED] = { "L23",
        "Too many sign-ins had failed, and the password was not even looked "
        "at: \"attempts\" of \"login_limit\" in a row for this username, "
        "whether it exists or not, or more than \"rate\" from this network.  "
        "It passes by itself, after \"lockout\" at the latest, and browsers "
        "that the person used before are not concerned by what others do.  "
        "nginx's error log tells who it was and from where; \"nginx-login "
        "user unlock NAME\", or an address in place of the name, ends it at "
        "once." },

    [LOGIN_REASON_CURRENT] = { "L30",
        "Somebody who is signed in wanted to change the password, and the "
        "current one was wrong.  It counts as a failed sign-in, so that who "
        "finds an open session cannot guess it.  Who forgot it asks for a "
        "link on the page \"forgot\", or gets one by \"nginx-login user "
        "password NAME --link\"." },

    [LOGIN_REASON_EARLY] = { "L19",
        "A form came as early data of TLS 1.3 (\"ssl_early_data on\"), which "
        "anybody who saw it can send again, or a proxy in front said so with "
        "\"Early-Data\" in the header.  It was refused with 425, after which "
        "browsers send it once more by themselves, after the handshake." },

    [LOGIN_REASON_LINK] = { "L32",
        "A link was used already, is too old, was replaced by a newer one, "
        "revoked, or did not come whole.  Links that set a password end, "
        "too, when it was changed, the account was disabled, or all its "
        "sessions were ended, and all links when the account got another "
        "name or address.  \"nginx-login invite list\" shows invitations, "
        "and \"nginx-login invite NAME\" makes another one for who has not "
        "registered yet." },

    [LOGIN_REASON_MISMATCH] = { "L31",
        "A new password was typed twice, and not the same both times.  "
        "Nothing was changed." },

    [LOGIN_REASON_WEAK] = { "L33",
        "A new password did not meet \"login_password\": it was too short or "
        "too long, on the list of the parameter \"blocklist\", or so easy to "
        "guess that its score is below \"score\".  The person's own names "
        "and the host of the portal are the first that are guessed.  The "
        "page says which it was, and what would help." },

    [LOGIN_REASON_CODE] = { "L40",
        "The code of a second factor was wrong, or was used before: each "
        "works once.  Codes of an app depend on the time, so look at the "
        "clock of the device, and at that of this machine, if it happens to "
        "many.  \"nginx-login mfa list NAME\" shows the devices, and "
        "\"nginx-login mfa reset NAME\" takes them away from who lost them." },

    [LOGIN_REASON_OVER] = { "L41",
        "A step of signing in came too late, from another browser than the "
        "steps before, or after the sign-in was finished or the account was "
        "changed: a step has to follow within 15 minutes, within an hour "
        "while a device is set up.  Signing in again is enough.  If it "
        "happens to everybody, browsers do not send the cookies back: "
        "compare the address with \"login_portal_url\"." },

    [LOGIN_REASON_LIMITED] = { "L42",
        "Ten codes of a second factor were wrong within an hour, and the "
        "next one was not even looked at, whatever the browser or network.  "
        "Somebody knows the password of this account, or the person's "
        "device has a wrong clock.  It passes by itself within an hour; "
        "\"nginx-login user unlock NAME\" ends it at once." },

    [LOGIN_REASON_DEVICES] = { "L43",
        "An account can have 20 devices at most, and this one has them.  "
        "\"nginx-login mfa list NAME\" shows them, with when each was used "
        "last; one that is not needed any more has to go first." },

    [LOGIN_REASON_LAST] = { "L44",
        "The last device of an account cannot be removed where its "
        "organisation has \"mfa required\": another one has to be added "
        "first.  \"nginx-login mfa reset NAME\" takes away one that is "
        "lost." },

    [LOGIN_REASON_NO_PASSWORD] = { "L34",
        "A password was to be set, or shown, for an account of an "
        "organisation that has \"password off\": its people sign in through "
        "its identity providers only.  Pages don't ask for one there, so it "
        "was sent by a script, or from a page that was open when the "
        "configuration was changed." },

    [LOGIN_REASON_SSO_STATE] = { "L50",
        "Somebody came back from an identity provider with an answer that "
        "no sign-in of this browser asked for: it began in another browser, "
        "more than 15 minutes ago, was finished already, or cookies are not "
        "kept.  The provider was not asked anything.  Signing in again is "
        "enough.  If it happens to everybody, compare the address that is "
        "registered at the provider with \"login_portal_url\": scheme, host "
        "and port must be the same." },

    [LOGIN_REASON_SSO_REFUSED] = { "L51",
        "The identity provider refused: the person cancelled there, may not "
        "use this application, or the provider does not like what the "
        "portal sends.  The event \"sso_refused\" and nginx's error log "
        "have its word for it.  With \"invalid_client\" compare "
        "\"client_id\" and the file of \"client_secret_file\" with what is "
        "registered there, with \"invalid_scope\" the line \"scope\"." },

    [LOGIN_REASON_SSO_DOWN] = { "L52",
        "The identity provider did not answer in time, or not with what the "
        "standard asks for.  The event \"sso_down\" and nginx's error log "
        "tell which request it was and what came.  Try \"curl "
        "ISSUER/.well-known/openid-configuration\" on this machine: mostly "
        "it is a name that is not found, a firewall, a certificate that is "
        "not trusted, or an issuer that is written in another way." },

    [LOGIN_REASON_SSO_UNTRUSTED] = { "L53",
        "What came from the identity provider is not what it has to be: a "
        "wrong signature, another issuer, another audience, or an answer to "
        "another request.  Nobody was let in.  The event \"sso_untrusted\" "
        "and nginx's error log tell which.  Just after the provider changed "
        "its keys it passes by itself within seconds; else compare "
        "\"oidc\" and \"client_id\" with what is registered there, and "
        "take it for an attack until it is understood." },

    [LOGIN_REASON_SSO_CLOCK] = { "L54",
        "The identity provider's token is from the future, or too old "
        "already when it came, so the clocks of both differ by more than "
        "two minutes.  Look at the clock of this machine first: "
        "\"timedatectl\" tells whether it is synchronised." },

    [LOGIN_REASON_SSO_CLAIMS] = { "L55",
        "The identity provider did not say who signed in: the claim that is "
        "the username is missing, is none that can be a username, or is an "
        "address that the provider has not verified.  The event "
        "\"sso_claims\" and nginx's error log tell which.  Compare the lines "
        "\"claims\" and \"scope\" of \"login_provider\" with what the "
        "provider sends." },

    [LOGIN_REASON_SSO_DOMAIN] = { "L56",
        "The username that the identity provider gave is of none of the "
        "domains that the line \"domain\" of \"login_provider\" names.  The "
        "event \"sso_claims\" tells which account of the provider it was." },

    [LOGIN_REASON_SSO_NOBODY] = { "L57",
        "The person signed in at the identity provider, and has no account "
        "here that is linked to it.  Where \"provision\" is \"off\", people "
        "are invited: \"nginx-login invite NAME\" makes a link, and who "
        "follows it and signs in at the provider is linked from then on.  "
        "The event \"sso_unknown\" tells who it was." },

    [LOGIN_REASON_SSO_DISABLED] = { "L58",
        "The person signed in at the identity provider, and the account "
        "here is disabled.  \"nginx-login user enable NAME\" ends that." },

    [LOGIN_REASON_SSO_TAKEN] = { "L59",
        "The person signed in at the identity provider for the first time, "
        "and there is an account of the same name already that is not "
        "linked to the provider.  It is never linked because of its name.  "
        "\"nginx-login invite NAME\" makes a link for its owner: who follows "
        "it and signs in at the provider is linked from then on." }
};


const char *
login_reason_code(login_reason_e reason)
{
    if ((unsigned) reason >= LOGIN_REASONS) {
        reason = LOGIN_REASON_INTERNAL;
    }

    return login_reasons[reason].code;
}


const char *
login_reason_text(login_reason_e reason)
{
    if ((unsigned) reason >= LOGIN_REASONS) {
        reason = LOGIN_REASON_INTERNAL;
    }

    return login_reasons[reason].text;
}


/* People write "l10" as well. */

login_result_e
login_reason_find(login_reason_e *reason, login_str_t code)
{
    unsigned     i;
    login_str_t  digits;

    if (code.len == 0 || (code.data[0] != 'L' && code.data[0] != 'l')) {
        return LOGIN_NO;
    }

    code = login_str(code.data + 1, code.len - 1);

    for (i = LOGIN_REASON_NONE + 1; i < LOGIN_REASONS; i++) {
        digits = login_cstr(login_reasons[i].code + 1);

        if (login_str_eq(code, digits)) {
            *reason = (login_reason_e) i;
            return LOGIN_OK;
        }
    }

    return LOGIN_NO;
}
