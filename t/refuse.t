#!/usr/bin/perl

# What a refusal looks like to those who cannot follow a redirect: pages in
# frames, and clients of gRPC.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(accounts => { 'ann@example.com' => $password });

$t->run(<<'END');
login_hash memory=1m passes=1;

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    login on;
    login_return_host other.example;

    location /login/ { login_portal; }
    location = /admin { login_require role=admin; return 200 "canary"; }
    location = /fresh { login_require max_age=1s; return 200 "canary"; }
    location = /on { login_redirect on; return 200 "canary"; }
    location = /off { login_redirect off; return 200 "canary"; }
    location / { return 200 "canary"; }
}
END

my $origin = 'http://localhost:' . $t->port;
my $portal = "$origin/login/";
my $browser = $t->browser;

$browser->sign_in('ann@example.com', $password);

my $session = 'Cookie: login=' . $browser->cookie('login') . "\r\n";


sub ask {
    my ($method, $uri, @lines) = @_;

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost:"
                   . $t->port . "\r\n" . join('', map { "$_\r\n" } @lines)
                   . "\r\n");
}


sub framed {
    my ($uri, @lines) = @_;

    return ask('GET', $uri, 'Sec-Fetch-Mode: navigate', @lines);
}


# The link of the page, and where it leads after signing in.

sub link_of {
    my ($response) = @_;

    my ($link) = $response->body =~ /href="([^"]*)" target="_top"/;

    return undef unless defined $link;

    $link =~ s/&amp;/&/g;

    return $link;
}


# --- frames

for my $place (qw(iframe frame embed object fencedframe)) {
    my $response = framed('/x?y', "Sec-Fetch-Dest: $place");

    is $response->status, 401, "$place: no redirect";
    is $response->location, undef, 'nor the field of one';
    is $response->page, 'expired', 'but a page';
    is link_of($response), "$portal?return_to=%2Fx%3Fy",
        'whose link is for the whole window';
    like $response->body, qr/<base target="_top">/, 'as are all others';
    unlike $response->body, qr/canary|_blank/, 'and nothing else';

    my ($policy) = $response->header('Content-Security-Policy');

    like $policy, qr{frame-ancestors 'self' .* http://other\.example},
        'our own pages may have it in a frame';
    is $response->header('X-Frame-Options'), undef,
        'and no older field forbids it';
    is $response->header('Cache-Control'), 'no-store', 'not stored';
}

for my $place (qw(document Iframe image script style empty), '',
               'iframe, document')
{
    my $response = framed('/x', "Sec-Fetch-Dest: $place");

    is $response->status, 302, "\"$place\" is no frame";
}

is framed('/x', ('Sec-Fetch-Dest: iframe') x 2)->status, 302,
    'nor is what is said twice';

is ask('GET', '/x', 'Sec-Fetch-Dest: iframe')->header('Content-Type'),
    'application/json', 'nor what is no navigation';

{
    my $response = framed('/on', 'Sec-Fetch-Dest: iframe');

    is $response->status, 302, 'login_redirect on: also frames';

    $response = framed('/off', 'Sec-Fetch-Dest: iframe');

    is $response->status, 401, 'login_redirect off: none';
    is link_of($response), "$portal?return_to=%2Foff", 'the same page';

    $response = framed('/off', 'Sec-Fetch-Dest: document');

    like $response->header('Content-Security-Policy'),
        qr/frame-ancestors 'none'$/, 'a page that is in no frame';
    is $response->header('X-Frame-Options'), 'DENY', 'may be in none';
    unlike $response->body, qr/_top/, 'and has no link out of one';
}

# the page around it is where people want to be again

my %back = (
    "$origin/around?a=b"         => "$origin/around?a=b",
    'http://other.example/a'     => 'http://other.example/a',
    'http://evil.example/'       => '/x',
    'http://localhost.evil/'     => '/x',
    'javascript:alert(1)'        => '/x',
    '//evil.example/'            => '/x',
    "$origin\@evil.example/"     => '/x',
    ''                           => '/x',
);

for my $referer (sort keys %back) {
    my $response = framed('/x', 'Sec-Fetch-Dest: iframe',
                          "Referer: $referer");

    (my $expected = $back{$referer}) =~
        s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge;

    is link_of($response), "$portal?return_to=$expected",
        "from \"$referer\"";
}

is link_of(framed('/x', 'Sec-Fetch-Dest: iframe',
                  ("Referer: $origin/around") x 2)),
    "$portal?return_to=%2Fx", 'not where there are two of it';

{
    my $response = framed('/admin', 'Sec-Fetch-Dest: iframe',
                          $session =~ s/\r\n//r);

    is $response->status, 403, 'denied in a frame';
    is $response->page, 'denied', 'with its page';
    like $response->header('Content-Security-Policy'),
        qr/frame-ancestors 'self'/, 'that can be seen';
    like $response->body, qr/<base target="_top">/, 'with links that work';

    is framed('/x', 'Sec-Fetch-Dest: iframe',
              $session =~ s/\r\n//r)->body, 'canary', 'with a session, in';
}


# --- gRPC

my @calls = (
    [ '/x', [ ], 401, 16, 'login_required' ],
    [ '/admin', [ $session =~ s/\r\n//r ], 403, 7, 'denied' ],
    [ '/on', [ ], 401, 16, 'login_required' ],
);

for my $type ('application/grpc', 'application/grpc+proto',
              'application/grpc-web+proto', 'Application/gRPC')
{
    for my $call (@calls) {
        my ($uri, $lines, $status, $code, $error) = @$call;
        my $response = ask('POST', $uri, "Content-Type: $type",
                           'TE: trailers', @$lines, 'Content-Length: 0');

        is $response->status, $status, "$type, $uri: status";
        is $response->header('grpc-status'), $code, 'and that of gRPC';
        like $response->header('grpc-message'), qr/^[a-z ]+$/, 'in words';
        is decode_json($response->body)->{error}, $error, 'JSON as well';
    }
}

is ask('POST', '/x', "Content-Type: $_", 'Content-Length: 0')
    ->header('grpc-status'), undef, "not with \"$_\""
    for 'application/json', 'application/grp', 'text/grpc', '';

is ask('POST', '/x', 'Content-Type: application/grpc', 'Content-Length: 0',
       $session =~ s/\r\n//r)->header('grpc-status'), undef,
    'nor where nobody is refused';


done_testing;
