
/* The pages, and the variables that their templates may name. */

#ifndef LOGIN_PAGE_H
#define LOGIN_PAGE_H


typedef enum {
    LOGIN_PAGE_SIGNIN = 0,
    LOGIN_PAGE_OPTIONS,
    LOGIN_PAGE_REGION,
    LOGIN_PAGE_APPS,
    LOGIN_PAGE_ACCOUNT,
    LOGIN_PAGE_LOGOUT,
    LOGIN_PAGE_FORGOT,
    LOGIN_PAGE_FORGOT_SENT,
    LOGIN_PAGE_RESET,
    LOGIN_PAGE_REGISTER,
    LOGIN_PAGE_INVITE_REQUEST,
    LOGIN_PAGE_INVITE_SENT,
    LOGIN_PAGE_INVALID_LINK,
    LOGIN_PAGE_MFA,
    LOGIN_PAGE_MFA_NAME,
    LOGIN_PAGE_MFA_SCAN,
    LOGIN_PAGE_RECOVERY_CODES,
    LOGIN_PAGE_DENIED,
    LOGIN_PAGE_EXPIRED,
    LOGIN_PAGE_NOT_FOUND,
    LOGIN_PAGE_ERROR,
    LOGIN_PAGE_SSO_ERROR,
    LOGIN_PAGES
} login_page_e;

/*
 * X(NAME, type, list).  docs/templates.md tells what each is; the check of
 * the docs compares both.
 */
#define LOGIN_PAGE_VARIABLES(X)                                               \
    X(PAGE,        page,        TEXT)  /* the page's name */                  \
    X(LANGUAGE,    language,    TEXT)  /* BCP 47 */                           \
    X(DIR,         dir,         TEXT)  /* "ltr" or "rtl" */                   \
    X(STYLE,       style,       ASSET) /* address of the style sheet */       \
    X(SCRIPT,      script,      ASSET) /* and of the script */                \
    X(ICON,        icon,        ASSET) /* and of the icon of a tab */         \
    X(PORTAL,      portal,      TEXT)  /* path of the portal, "/login/" */    \
    X(CSRF,        csrf,        TEXT)                                         \
    X(RETURN_TO,   return_to,   TEXT)  /* as it came, checked */              \
    X(LANGUAGES,   languages,   LIST)  /* offered, the same everywhere */     \
    X(OTHER_LANGUAGES, other_languages, FLAG)  /* can be chosen here */       \
    X(LANGUAGE_RETURN, language_return, TEXT)  /* this page */                \
    X(SIGNIN_URL,  signin_url,  TEXT)  /* sign in and come back here */       \
    X(SWITCH_URL,  switch_url,  TEXT)  /* the same as another account */      \
    X(USERNAME,    username,    TEXT)  /* as typed, or of the session */      \
    X(NAME,        name,        TEXT)  /* of the session's account */         \
    X(CODE,        code,        TEXT)  /* see login_reason.h */               \
    X(NEED,        need,        TEXT)  /* "login", "mfa": of the gate */      \
    X(SIGNED_IN,   signed_in,   FLAG)                                         \
    X(SWITCH,      switch,      FLAG)  /* ?switch=1 */                        \
    X(MIN,         min,         TEXT)  /* characters of a new password */     \
    X(MAX,         max,         TEXT)                                         \
    X(LACKING,     lacking,     TEXT)  /* characters of a short one */        \
    X(USED,        used,        FLAG)  /* the link was, by its owner */       \
    X(MISMATCH,    mismatch,    FLAG)  /* the new one and its copy */         \
    X(WEAK,        weak,        FLAG)  /* the new password, because: */       \
    X(CHARACTERS,  characters,  FLAG)                                         \
    X(LONG,        too_long,    FLAG)                                         \
    X(LISTED,      listed,      FLAG)                                         \
    X(OWN,         own_names,   FLAG)                                         \
    X(WORDS,       words,       FLAG)                                         \
    X(KEYS,        keys,        FLAG)                                         \
    X(REPEATED,    repeated,    FLAG)                                         \
    X(SEQUENCE,    sequence,    FLAG)                                         \
    X(DATED,       dated,       FLAG)                                         \
    X(EASY,        easy,        FLAG)                                         \
    X(SHARED,      shared,      FLAG)  /* was ticked */                       \
    X(WRONG,       wrong,       FLAG)  /* name or password */                 \
    X(CURRENT,     wrong_current, FLAG)  /* the current password */          \
    X(CHANGED,     changed,     FLAG)  /* the password, just now */           \
    X(KEEP_OTHERS, keep_others, FLAG)  /* was ticked */                       \
    X(MAILS,       mails,       FLAG)  /* links can be mailed */              \
    X(FLOW,        flow,        TEXT)  /* its id, "f" of addresses */         \
    X(RECOVERY,    recovery,    FLAG)  /* ?use=recovery */                    \
    X(TRUSTABLE,   trustable,   FLAG)  /* this browser may be trusted */      \
    X(TRUST,       trust,       FLAG)  /* was ticked */                       \
    X(TRUST_DAYS,  trust_days,  TEXT)                                         \
    X(DEVICE_NAME, device_name, TEXT)  /* as typed */                         \
    X(QR_SIZE,     qr_size,     TEXT)  /* modules of a side */                \
    X(QR_PATH,     qr_path,     TEXT)  /* the dark ones */                    \
    X(TOTP_URI,    totp_uri,    TEXT)  /* otpauth://totp/... */               \
    X(TOTP_SECRET, totp_secret, TEXT)  /* in groups of four */                \
    X(CODES,       codes,       LIST)  /* recovery codes */                   \
    X(ENROLLED,    enrolled,    FLAG)  /* with a device, just now */          \
    X(WRONG_CODE,  wrong_code,  FLAG)  /* or used already */                  \
    X(OVER,        over,        FLAG)  /* the flow is: sign in again */       \
    X(LIMITED,     limited,     FLAG)  /* too many codes were wrong */        \
    X(FACTORS,     factors,     FLAG)  /* there may be devices */             \
    X(DEVICES,     devices,     LIST)                                         \
    X(TRUSTED,     trusted,     LIST)  /* browsers */                         \
    X(CODES_LEFT,  codes_left,  TEXT)  /* recovery codes */                   \
    X(RENEWABLE,   renewable,   FLAG)  /* they can be made anew */            \
    X(LAST_DEVICE, last_device, FLAG)  /* it has to stay */                   \
    X(MANY_DEVICES, many_devices, FLAG)  /* no other one has room */          \
    X(FORGED,      forged,      FLAG)  /* csrf: send the form again */        \
    X(FRAMED,      framed,      FLAG)  /* in a frame of another page */       \
    X(MALFORMED,   malformed,   FLAG)                                         \
    X(METHOD,      method,      FLAG)  /* not allowed */                      \
    X(BUSY,        busy,        FLAG)  /* try again in a moment */        \
    X(THROTTLED,   throttled,   FLAG)  /* too many failures */          \
    X(ORG,         org,         TEXT)  /* typed, or the last one here */      \
    X(ORGS,        orgs,        FLAG)  /* there are several */                \
    X(ASK_ORG,     ask_org,     FLAG)  /* it may matter which one */          \
    X(ELSEWHERE,   elsewhere,   FLAG)  /* there are regions */                \
    X(CHOSEN,      chosen,      FLAG)  /* one was said, in "options" */       \
    X(PASSWORDS,   passwords,   FLAG)  /* there are sign-ins with one */      \
    X(NO_PASSWORD, no_password, FLAG)  /* is taken from its people */        \
    X(ANOTHER,     another,     FLAG)  /* account may be meant */             \
    X(SSO,         sso,         FLAG)  /* there are providers */              \
    X(PROVIDERS,   providers,   LIST)  /* to sign in through, or "account" */ \
    X(ORGANISATION, organisation, TEXT) /* title of who it is about */        \
    X(CONTACT,     contact,     TEXT)  /* of its administrator */             \
    X(SSO_PROVIDER,  sso_provider,  TEXT)  /* its title */                    \
    X(RETRY_URL,     retry_url,     TEXT)  /* leaves for it once more */      \
    X(SSO_STATE,     sso_state,     FLAG)  /* see login_reason.h */           \
    X(SSO_REFUSED,   sso_refused,   FLAG)                                     \
    X(SSO_DOWN,      sso_down,      FLAG)                                     \
    X(SSO_UNTRUSTED, sso_untrusted, FLAG)                                     \
    X(SSO_CLOCK,     sso_clock,     FLAG)                                     \
    X(SSO_CLAIMS,    sso_claims,    FLAG)                                     \
    X(SSO_DOMAIN,    sso_domain,    FLAG)                                     \
    X(SSO_NOBODY,    sso_nobody,    FLAG)                                     \
    X(SSO_DISABLED,  sso_disabled,  FLAG)                                     \
    X(SSO_TAKEN,     sso_taken,     FLAG)                                     \
    X(REGIONS,     regions,     LIST)                                         \
    X(APPS,        apps,        LIST)                                         \
    X(TILES,       tiles,       FLAG)  /* there are apps */                   \
    X(FIRST,       first,       FLAG)  /* visit, or soon after it */          \
    X(RENAMED,     renamed,     FLAG)  /* the name, just now */               \
    X(ENDED,       ended,       FLAG)  /* sessions were, just now */          \
    X(BAD_NAME,    bad_name,    FLAG)  /* one that cannot be kept */          \
    X(SESSIONS,    sessions,    LIST)                                         \
    X(OTHERS,      others,      FLAG)  /* there are sessions elsewhere */     \
    X(EVENTS,      events,      LIST)                                         \
    X(KEPT,        kept,        FLAG)  /* there are events */                 \
    X(CONNECTED,   connected,   FLAG)  /* signs in by "providers" */

/* What each row of a list has: X(NAME, name, type, list). */
#define LOGIN_PAGE_ROWS(X)                                                    \
    X(LANGUAGE_TAG,  language_tag,  TEXT, LANGUAGES)                          \
    X(LANGUAGE_NAME, language_name, TEXT, LANGUAGES)  /* in itself */         \
    X(LANGUAGE_DIR,  language_dir,  TEXT, LANGUAGES)                          \
    X(LANGUAGE_HERE, language_here, FLAG, LANGUAGES)  /* that of the page */  \
    X(REGION,       region,       TEXT, REGIONS)                              \
    X(REGION_TITLE, region_title, TEXT, REGIONS)                              \
    X(REGION_HERE,  region_here,  FLAG, REGIONS)                              \
    X(PROVIDER,      provider,      TEXT, PROVIDERS)  /* title */             \
    X(PROVIDER_URL,  provider_url,  TEXT, PROVIDERS)                          \
    X(PROVIDER_ICON, provider_icon, TEXT, PROVIDERS)  /* address, or none */  \
    X(RECOVERY_CODE, recovery_code, TEXT, CODES)                              \
    X(DEVICE_ID,     device_id,     TEXT, DEVICES)                            \
    X(DEVICE_LABEL,  device_label,  TEXT, DEVICES)                            \
    X(DEVICE_ADDED,  device_added,  TEXT, DEVICES)  /* day */                 \
    X(DEVICE_USED,   device_used,   TEXT, DEVICES)                            \
    X(TRUST_ID,      trust_id,      TEXT, TRUSTED)                            \
    X(TRUST_BROWSER, trust_browser, TEXT, TRUSTED)                            \
    X(TRUST_ADDRESS, trust_address, TEXT, TRUSTED)                            \
    X(TRUST_ADDED,   trust_added,   TEXT, TRUSTED)                            \
    X(TRUST_USED,    trust_used,    TEXT, TRUSTED)                            \
    X(APP_TITLE,    app_title,    TEXT, APPS)                                 \
    X(APP_URL,      app_url,      TEXT, APPS)                                 \
    X(APP_TEXT,     app_text,     TEXT, APPS)                                 \
    X(APP_ICON,     app_icon,     TEXT, APPS)   /* its address */             \
    X(APP_LETTER,   app_letter,   TEXT, APPS)   /* of the title */            \
    X(SESSION_ID,   session_id,   TEXT, SESSIONS)                             \
    X(SESSION_OWN,  session_own,  FLAG, SESSIONS)   /* this one */            \
    X(SESSION_BROWSER, session_browser, TEXT, SESSIONS)                       \
    X(SESSION_SYSTEM, session_system, TEXT, SESSIONS)                         \
    X(SESSION_ADDRESS, session_address, TEXT, SESSIONS)                       \
    X(SESSION_SINCE, session_since, TEXT, SESSIONS) /* signed in, UTC */      \
    X(SESSION_SEEN, session_seen, TEXT, SESSIONS)   /* last access */         \
    X(EVENT_TIME,   event_time,   TEXT, EVENTS)     /* UTC */                 \
    X(EVENT_ADDRESS, event_address, TEXT, EVENTS)                             \
    X(EVENT_BROWSER, event_browser, TEXT, EVENTS)                             \
    X(EVENT_SYSTEM, event_system, TEXT, EVENTS)

/* And, for each kind of event that is kept of an account, "event_KIND". */
#define LOGIN_PAGE_NOTHING(id)
#define LOGIN_PAGE_STORE(id)
#define LOGIN_PAGE_ACCOUNT(id)      LOGIN_VAR_EVENT_##id,

#define LOGIN_PAGE_KIND(id, name, from, category, result, kept, text)         \
    LOGIN_PAGE_##kept(id)

#define LOGIN_PAGE_ENUM(NAME, ...)  LOGIN_VAR_##NAME,

typedef enum {
    LOGIN_PAGE_VARIABLES(LOGIN_PAGE_ENUM)
    LOGIN_PAGE_ROWS(LOGIN_PAGE_ENUM)
    LOGIN_LOG_KINDS(LOGIN_PAGE_KIND)
    LOGIN_VARS
} login_page_var_e;


extern const login_schema_t  login_page_schema;

/* The name of a page, and of its template. */
const char *login_page_name(login_page_e page);


/* The variable of a kind of event; LOGIN_VARS: it is not kept. */
login_page_var_e login_page_event(login_log_kind_e kind);


/* The flag that a page shows for a reason; LOGIN_VARS: none. */
login_page_var_e login_page_flag(login_reason_e reason);


#endif /* LOGIN_PAGE_H */
