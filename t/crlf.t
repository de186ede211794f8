#!/usr/bin/perl

# Line ends, and what others could take for them, in everything that a client
# says, over HTTP/1.1 and HTTP/2: none makes a header of an answer.  Case F03;
# see return.t for the address to come back to.

use strict;
use warnings;

use JSON::PP;

use Login::Http2;
use Login::Test;


my $ann = 'ann@example.com';
my $password = 'correct horse battery staple';

my $t = Login::Test->new(
    accounts => { $ann => $password },
    log      => 'info',
    http     => 'login_hash memory=1m passes=1;',
);

mkdir $t->dir . '/html';

$t->run(<<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_h2%% http2;
    server_name localhost;
    root %%DIR%%/html;
    login on;

    add_header X-Identity "$login_user $login_org $login_session" always;

    # what is written as it was decoded, as people do

    rewrite ^/slash/(.*)$ /login?$1 last;

    set $decoded $uri;

    if ($arg_slash) {
        rewrite ^ /login?$decoded? last;
    }

    location /login/ { login_portal; }
    location /open/ { login off; return 200 "open"; }
    location /off/ { login_redirect off; return 200 "in"; }
    location /own/ { error_page 401 /open/; return 200 "in"; }
    location / { return 200 "in"; }
}

server {
    listen 127.0.0.1:%%PORT_other%%;
    listen 127.0.0.1:%%PORT_other_h2%% http2;
    server_name _;
    login_portal_url http://localhost:%%PORT%%/login/;
    login_return_host *.example;
    login on;

    location / { return 200 "in"; }
}
END

my $browser = $t->browser;

is $browser->sign_in($ann, $password)->status, 303, 'signed in';

my %cookies = (
    nobody => '',
    ann    => join('; ', map { "$_=" . $browser->cookie($_) }
                   qw(login login_browser)),
);

# of the same browser, so that its forms are good until somebody signs out

my $csrf = $browser->get('/login/logout')->csrf;

my %decoder = (
    'application/json' => sub { decode_json($_[0]) },
);

# the headers that answers may have, and what they may be

my %headers = (
    'connection' => 1, 'content-type' => 1, 'content-length' => 1,
    'transfer-encoding' => 1, 'date' => 1, 'server' => 1, 'allow' => 1,
    'location' => qr{^http://(?:localhost:\d+|[a-z.]+)/[\x21-\x7e]*\z},
    'set-cookie' => qr/^(?:login|login_browser)=[\w-]*; Path=\/; /,
    'x-identity' => qr/^(?:\Q$ann\E default [0-9a-f]{32}| *)\z/,
    'cache-control' => 1, 'retry-after' => 1, 'clear-site-data' => 1,
    map { $_ => 1 } 'content-security-policy', 'referrer-policy',
        'x-content-type-options', 'cross-origin-opener-policy',
        'cross-origin-resource-policy', 'x-frame-options', 'vary',
        'content-language',
);

my (@odd, %seen);


# Notes what an answer has that it must not have.

sub look {
    my ($what, $response) = @_;

    if (!$response) {
        $seen{none}++;
        return;
    }

    my $status = $response->status;

    $seen{$status}++;
    push @odd, "$what: $status" if $status >= 500;

    for my $header ($response->headers) {
        my ($name, $value) = (lc $header->[0], $header->[1]);
        my $good = $headers{$name};

        push @odd, "$what: $name: $value"
            unless $good
                && $value =~ ($good eq 1 ? qr/^[\x20-\x7e]*\z/ : $good);
    }

    my $decode = $decoder{ $response->header('Content-Type') // '' };

    push @odd, "$what: $@"
        if $decode && !eval { $decode->($response->body); 1 };
}


sub shown { $_[0] =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ger }


# ask(method, path, { field => value }, body), by both protocols.

sub ask {
    my ($what, $method, $path, $fields, $body, $port) = @_;

    my %fields = (Host => 'localhost', %{ $fields // {} });

    $fields{'Content-Type'} = 'application/x-www-form-urlencoded'
        if defined $body;

    my $head = join '', map { "$_: $fields{$_}\r\n" }
        grep { length $fields{$_} } 'Host', grep { $_ ne 'Host' }
        sort keys %fields;

    $head .= 'Content-Length: ' . length($body) . "\r\n" if defined $body;

    look("HTTP/1.1, $what", $t->raw("$method $path HTTP/1.1\r\n$head"
        . "Connection: close\r\n\r\n" . ($body // ''), port => $port));

    my $http2 = Login::Http2->new($t->port(join '_', grep { defined }
                                           $port, 'h2'));

    look("HTTP/2, $what", scalar $http2->wait($http2->start(
        [ [ ':method', $method ], [ ':scheme', 'http' ], [ ':path', $path ],
          [ ':authority', $fields{Host} ],
          map { [ lc $_, $fields{$_} ] } grep { $_ ne 'Host'
                                                && length $fields{$_} }
          sort keys %fields ],
        defined $body ? (body => $body) : ())));
}


my @ends = (

    # as they are written in an address

    '%0d%0a', '%0D%0A', '%0a', '%0d', '%00', '%0d%0a%20', '%0d%0a%0d%0a',
    '%E5%98%8A%E5%98%8D', '%C4%8D%C4%8A', '%E2%80%A8', '%C2%85', '%0b', '%0c',
    '%250d%250a', '%u000d%u000a', '%c0%8d%c0%8a',

    # and as they are

    "\r\n", "\n", "\r", "\n\r", "\r\n ", "\0", "\x0b", "\x85",
    "\xe5\x98\x8a\xe5\x98\x8d", "\xc4\x8d\xc4\x8a",
);

my @people = (
    [ Accept => 'text/html' ],
    [ 'Sec-Fetch-Mode' => 'navigate' ],
    [ Accept => 'application/json' ],
);

for my $end (@ends) {
    my $evil = "${end}X-Injected:1${end}Set-Cookie:injected=1";
    my $encoded = $end =~ /^%/;

    # a "%" of a field's value is nothing but that

    for my $who (sort keys %cookies) {
        for my $kind (@people) {
            my %fields = (@$kind, Cookie => $cookies{$who});
            my $name = shown("$who, @$kind, $end");

            for my $path (qw(/x /off/ /own/ /login /login/ /login/logout
                             /login/apps /login/session /login/assets/
                             /slash/ /open/))
            {
                ask("$name in the path $path", 'GET', $path . $evil,
                    \%fields);
                ask("$name in the query of $path", 'GET', "$path?a=$evil",
                    \%fields);
                ask("$name in return_to of $path", 'GET',
                    "$path?return_to=/x$evil", \%fields);
                ask("$name in an absolute return_to of $path", 'GET',
                    "$path?return_to=http://localhost:" . $t->port . "/$evil",
                    \%fields);
            }

            ask("$name in a path that is written again", 'GET',
                "/x$evil?slash=1", \%fields);
            ask("$name in a method", "GET$evil", '/x', \%fields);
            ask("$name in the address", 'GET', "http://localhost/x$evil",
                \%fields);
            ask("$name in the address's host", 'GET',
                "http://localhost$evil/x", \%fields);

            for my $path (qw(/x /login/ /login /login/logout)) {
                ask("$name in Host, $path", 'GET', $path,
                    { %fields, Host => "localhost$evil" });
                ask("$name in another Host, $path", 'GET', $path,
                    { %fields, Host => "a.example$evil" }, undef, 'other');
            }

            ask("$name in the path of another host", 'GET', "/x$evil",
                { %fields, Host => 'a.example' }, undef, 'other');

            # the form of a refusal makes no difference to these

            next if $kind != $people[0];

            for my $cookie ("login=$evil", "login_browser=$evil",
                            "x=y; login$evil=1", $evil)
            {
                ask("$name in Cookie, $_", 'GET', $_,
                    { @$kind, Cookie => $cookie })
                    for qw(/x /login/ /login/logout /login/session);
            }

            for my $field (qw(Referer User-Agent Accept Accept-Language Origin
                              Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-Dest
                              X-Forwarded-For X-Forwarded-Host Forwarded
                              X-Forwarded-Proto Authorization Upgrade Range
                              Remote-User))
            {
                ask("$name in $field, $_", 'GET', $_,
                    { %fields, $field => "x$evil" })
                    for qw(/x /login/ /login);
            }
        }

        # forms

        my %fields = (Cookie => $cookies{ann});
        my $name = shown("$who, $end");

        $fields{Cookie} =~ s/login=[^;]*; // if $who eq 'nobody';

        for my $field (qw(username org return_to password shared csrf switch
                          need))
        {
            my %form = (csrf => $csrf, username => 'x', password => 'y',
                        org => 'default', return_to => '/x');

            # nobody is signed in or out by it

            $form{switch} = 1;
            delete $form{$field};

            my $form = Login::Browser::encode(\%form);

            ask("$name in $field", 'POST', '/login/',
                \%fields, "$form&$field=x$evil");
            ask("$name in the name of $field", 'POST', '/login/', \%fields,
                "$form&$field$evil=x");

            # without the browser's cookie

            ask("$name in $field of a sign-out", 'POST', '/login/logout',
                { Cookie => $fields{Cookie} =~ s/(?:; )?login_browser=.*//r },
                "$form&$field=x$evil");
        }

        ask("$name in the type of a form", 'POST', '/login/',
            { %fields, 'Content-Length' => '' }, "csrf=$csrf$evil");
    }
}

is join("\n", splice @odd, 0, 20), '', 'no answer has anything of it';

note join ', ', map { "$_: $seen{$_}" } sort keys %seen;

cmp_ok $seen{$_} // 0, '>', 0, "some answers are $_"
    for qw(200 301 302 303 400 401 403 404);

is $browser->get('/')->status, 200, 'and nobody was signed out';


# what went into the store by other ways has no line ends either

for my $end ("\r\n", "\n", "\r", "\0", "\x0b", "\x85", "\xe2\x80\xa8") {
    my $shown = shown($end);

    next if $end eq "\0";       # no argument of a program has it

    for my $change ([ '--name', "Ann${end}X: 1" ],
                    [ '--email', "ann\@example.com${end}X: 1" ],
                    [ '--language', "de${end}X: 1" ])
    {
        my ($status) = $t->cli('user', 'set', $ann, @$change);

        # a separator of lines is a character like others to those who write
        # headers

        next if $change->[0] eq '--name' && $end eq "\xe2\x80\xa8";

        cmp_ok $status, '!=', 0, "$change->[0] with $shown: refused";
    }

    my ($status) = $t->cli('user', 'role', $ann, '--add', "a${end}b");

    cmp_ok $status, '!=', 0, "a role with $shown: refused";

    ($status) = $t->cli({ stdin => "$password\n" }, 'user', 'add',
                        "b${end}b", '--password-stdin');
    cmp_ok $status, '!=', 0, "a username with $shown: refused";
}


done_testing;
