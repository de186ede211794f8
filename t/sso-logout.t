#!/usr/bin/perl

# Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a provider
# says that somebody has signed out there, and what began there ends here.

use strict;
use warnings;

use JSON::PP;

use Login::Provider;
use Login::Test;


if (my $why = Login::Provider::missing()) {
    plan(skip_all => $why);
}

my ($one, $two) = map { Login::Provider->new($_) } qw(one two);

# one worker, since each has keys of its own

my $t = Login::Test->new(
    workers  => 1,
    accounts => { 'ann@example.com' => 'a password of ann' },
    limit    => 'login_limit attempts=1000 rate=1000/m;',
);

$t->run(<<"END");
    login_hash memory=1m passes=1;
    login_log %%DIR%%/events.log;
@{[ $one->block($t, 'provision on;') ]}
@{[ $two->block($t, 'provision on;') ]}
    login_org default "Acme" { provider one two; }

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;

    location /login/ { login_portal; }
    location / { return 200 "hello \$login_user"; }
}
END

$_->register($t) for $one, $two;

my $url = '/login/sso/one/logout';


sub sign_in {
    my ($provider, $person) = @_;

    my $browser = $t->browser;

    $provider->set(person => $person);

    my $page = $browser->get('/login/sso/' . $provider->name
                             . '?org=default', follow => 1);

    die "$person: " . ($page->alert // $page->status) . "\n"
        unless ($page->page // '') eq 'apps';

    return $browser;
}


sub in { $_[0]->get('/')->status == 200 ? 1 : 0 }


# As a provider does: no cookies, no origin.

sub notify {
    my ($token, $to) = @_;

    return $t->browser->request('POST', $to // $url,
        headers => { Origin => undef, 'Sec-Fetch-Site' => undef,
                     'Sec-Fetch-Mode' => undef, 'Sec-Fetch-Dest' => undef },
        body    => Login::Browser::encode({ logout_token => $token }));
}


sub events {
    return map { decode_json($_) } split /\n/, $t->read_file('events.log');
}


# --- the provider itself

{
    my $ann = $t->browser;
    my $bob = sign_in($one, 'bob');
    my $carol = sign_in($one, 'carol');

    $ann->sign_in('ann@example.com', 'a password of ann');

    is in($bob) . in($carol) . in($ann), '111', 'three are in';

    # it has a form to sign out, and tells us before it answers that

    my $page = $carol->get($one->issuer . '/session/end');
    my $form = $page->form('xsrf');

    $carol->post($form->{action}, { %{ $form->{fields} }, logout => 'yes' },
                 base => $page->url);

    is in($bob) . in($carol) . in($ann), '101',
        'signed out there is signed out here, and nobody else is';

    my ($event) = grep { $_->{event} eq 'sso_logout' } events();

    is $event->{detail}, 'one: sessions ended: 1', 'the event';
    is $event->{result}, 'ok', 'and its result';
}

# --- what an answer looks like

{
    my $browser = sign_in($one, 'dora');
    my $token = $one->logout_token;
    my $answer = notify($token);

    is $answer->status, 200, 'a logout token';
    is $answer->body, '', 'nothing more is said';
    like $answer->header('Cache-Control'), qr/\bno-store\b/, 'nor kept';
    is scalar(() = $answer->header('Set-Cookie')), 0, 'no cookies';
    is in($browser), 0, 'the session has ended';

    $browser = sign_in($one, 'dora');
    $answer = notify($token);

    is $answer->status, 400, 'the same token again';
    like $answer->header('Content-Type'), qr{^application/json}, 'JSON';
    is decode_json($answer->body)->{error}, 'invalid_request', 'an error';
    like $answer->header('Cache-Control'), qr/\bno-store\b/, 'not kept';
    is in($browser), 1, 'and nothing ends';
}

# --- who it is about

{
    my $first = sign_in($one, 'eve');
    my $second = sign_in($one, 'eve');
    my $other = sign_in($two, 'frank');

    is notify($one->logout_token(claims => { sub => 'frank' }))->status, 200,
        'who is nobody here is signed out';
    is in($other), 1, 'the same subject of another issuer is not';

    is notify($one->logout_token(claims => { sub => 'eve' }))->status, 200,
        'all sessions of a subject';
    is in($first) . in($second) . in($other), '001', 'have ended';

    is notify($one->logout_token(claims => { sub => 'eve' }))->status, 200,
        'who is signed out already is signed out';
}

# --- a session of the provider's

{
    my $first = sign_in($one, 'grace');
    my $second = sign_in($one, 'grace');
    my @sids = @{ $one->ask({ sessions => 1 }) };

    is notify($one->logout_token(claims => { sid => $sids[-1], sub => undef }))
        ->status, 200, 'a session by its id alone';
    is in($first) . in($second), '10', 'has ended';

    is notify($one->logout_token(claims => { sid => $sids[-2] }))->status, 200,
        'by id and subject';
    is in($first), 0, 'has ended';
}

# --- what is none: the modules of OpenID's suite, and more

{
    $one->set(person => 'henry');

    my $browser = sign_in($one, 'henry');
    my $event = 'http://schemas.openid.net/event/backchannel-logout';
    my $now = time;

    my %bad = (
        'invalid-iss'        => { claims => { iss => $two->issuer } },
        'missing-iss'        => { claims => { iss => undef } },
        'invalid-aud'        => { claims => { aud => 'another' } },
        'missing-aud'        => { claims => { aud => undef } },
        'missing-iat'        => { claims => { iat => undef } },
        'missing-jti'        => { claims => { jti => undef } },
        'missing-exp'        => { claims => { exp => undef } },
        'expired'            => { claims => { iat => $now - 700,
                                              exp => $now - 500 } },
        'from the future'    => { claims => { iat => $now + 500 } },
        'missing-events'     => { claims => { events => undef } },
        'wrong-event'        => { claims => { events => { "$event/" => {} },
                                            } },
        'event no object'    => { claims => { events => { $event => 1 } } },
        'with-nonce'         => { claims => { nonce => 'n' } },
        'no sub and no sid'  => { claims => { sub => undef } },
        'sub no text'        => { claims => { sub => 1 } },
        'invalid-sig'        => { foreign => JSON::PP::true },
        'alg none'           => { unsigned => JSON::PP::true },
        'unknown kid'        => { header => { kid => 'another' } },
        'typ of another'     => { header => { typ => 'at+jwt' } },
        'crit'               => { header => { crit => [ 'b64' ],
                                              b64 => JSON::PP::true } },
    );

    for my $name (sort keys %bad) {
        my $answer = notify($one->logout_token(%{ $bad{$name} }));

        is $answer->status, 400, $name;
    }

    is notify('')->status, 400, 'no token';
    is notify('x')->status, 400, 'one that is none';
    is notify('x' x 16000)->status, 400, 'a long one';
    is notify('x' x 17000)->status, 413, 'one that is too long';
    is notify($one->logout_token, '/login/sso/two/logout')->status, 400,
        'to another provider';
    is notify($one->logout_token, '/login/sso/three/logout')->status, 404,
        'to one that is not there';
    is in($browser), 1, 'nothing has ended';

    my @refused = grep { $_->{event} eq 'sso_logout_refused' } events();

    ok scalar(grep { $_->{detail} =~ /^one: logout token has a wrong / }
              @refused), 'events say why';
    is scalar(grep { $_->{detail} =~ /\bey/ } @refused), 0,
        'and not what was sent';
}

# --- methods

{
    my $answer = $t->browser->get($url);

    is $answer->status, 405, 'GET';
    is $answer->header('Allow'), 'POST', 'asks for POST';

    for my $path ('/login/sso/one', '/login/sso/one/callback') {
        $answer = notify('x', $path);
        is $answer->status, 405, "POST to $path";
        is $answer->header('Allow'), 'GET, HEAD', 'asks for GET';
    }

    $answer = $t->browser->request('POST', $url, body => '{}',
        headers => { 'Content-Type' => 'application/json' });
    is $answer->status, 415, 'no form';
}

# --- floods: keys are fetched once in ten seconds at most

{
    my $before = $one->seen->{'/jwks'};
    my $begun = time;

    notify($one->logout_token(header => { kid => "none$_" })) for 1 .. 40;

    my $intervals = 1 + int((time - $begun) / 10) + 1;

    cmp_ok $one->seen->{'/jwks'} - $before, '<=', $intervals,
        'forty tokens of unknown keys';
}

# --- keys change

{
    my $browser = sign_in($one, 'ivan');

    is in($browser), 1, 'in';

    $one->rotate(drop => JSON::PP::true);

    # within the interval it is refused, then it is not

    my $status = wait_for(sub {
        my $answer = notify($one->logout_token(claims => { sub => 'ivan' }));
        return $answer->status == 200 ? 200 : undef;
    });

    is $status, 200, 'signed with a new key';
    is in($browser), 0, 'has ended';
}

# --- the provider does not answer: keys that are known do

{
    my $browser = sign_in($one, 'judy');
    my $token = $one->logout_token;

    $one->stop;
    is notify($token)->status, 200, 'a provider that cannot be asked';
    is in($browser), 0, 'has told us all the same';
    $one->resume;
}

# --- many at once of one token, to several workers: one of them is used

{
    $t->{workers} = 2;
    $t->reload($t->{http_text});

    my $token = $one->logout_token(claims => { sub => 'judy' });
    my $body = Login::Browser::encode({ logout_token => $token });
    my @connections = map { $t->connection } 1 .. 20;

    $_->send("POST $url HTTP/1.1\r\nHost: localhost\r\n"
             . "Content-Type: application/x-www-form-urlencoded\r\n"
             . 'Content-Length: ' . length($body) . "\r\n\r\n$body")
        for @connections;

    my %count;

    $count{ $_->response->status }++ for @connections;

    is_deeply \%count, { 200 => 1, 400 => 19 }, 'a race of one token';
}

# --- who sends what is none again and again is not listened to

{
    $t->reload($t->{http_text},
        limit => 'login_limit attempts=1000 rate=5/m;');

    my @status = map { notify('x')->status } 1 .. 12;

    ok scalar(grep { $_ == 429 } @status), 'too many';

    my $answer = notify('x');

    is $answer->status, 429, 'from this network';
    cmp_ok $answer->header('Retry-After'), '>', 0, 'when to come back';
    is decode_json($answer->body)->{error}, 'temporarily_unavailable', 'JSON';
}

done_testing;
