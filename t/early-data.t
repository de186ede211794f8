#!/usr/bin/perl

# What comes as early data of TLS 1.3 can be sent once more by whoever saw
# it: forms are refused there with 425, and taken after the handshake.

use strict;
use warnings;

use IO::Select;
use IO::Socket::INET;
use POSIX ();

use Login::Test;


my $password = 'correct horse battery staple';

my $t = Login::Test->new(accounts => { 'ann@example.com' => $password },
                         log => 'info');

my ($status, undef, $err) = $t->command({}, qw(openssl req -x509 -newkey
    ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj
    /CN=localhost -keyout), $t->dir . '/key.pem', '-out',
    $t->dir . '/cert.pem');

die "openssl: $err\n" if $status;

$t->run(<<'END');
log_format early "$uri|$request_method|$early|$status";

server {
    listen 127.0.0.1:%%PORT%%;
    listen 127.0.0.1:%%PORT_tls%% ssl;
    server_name localhost;

    ssl_certificate     %%DIR%%/cert.pem;
    ssl_certificate_key %%DIR%%/key.pem;
    ssl_protocols       TLSv1.3;
    ssl_early_data      on;

    access_log %%DIR%%/early.log early;
    set $early $ssl_early_data;

    login on;
    login_portal_url https://localhost/login/;

    location /login/ { login_portal; }
    location / { return 200 "canary $login_user"; }
}
END


# Requests that nginx has seen.

sub seen {
    return (() = $t->read_file('early.log') =~ /\n/g)
        + (() = $t->error_log =~ / as early data/g);
}


# A way to nginx on which its answers wait until it has seen the request: so
# the handshake has not ended when it does.  Returns a port and who waits.

sub relay {
    my $listen = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
        or die "listen: $!\n";
    my $before = seen();
    my $pid = fork // die "fork: $!\n";

    return ($listen->sockport, $pid) if $pid;

    my $client = $listen->accept;
    my $server = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
                                       PeerPort => $t->port('tls'));
    my $both = IO::Select->new($client, $server);
    my ($held, $ended) = ('', 0);

    until ($ended && $held eq '') {
        for my $from ($both->can_read(0.01)) {
            my $n = sysread $from, my $bytes, 65536;

            if ($from == $client) {
                $n ? syswrite $server, $bytes : shutdown $server, 1;
            } else {
                $n ? $held .= $bytes : ($ended = 1);
            }

            $both->remove($from) unless $n;
        }

        $held = substr $held, syswrite($client, $held) // POSIX::_exit(0)
            if $held ne '' && ($ended || seen() > $before);
    }

    POSIX::_exit(0);
}


# Sends bytes by TLS, "early" ahead of the handshake's end, and returns the
# answer, what nginx said of it in the log, and what openssl said.

my $ticket = $t->dir . '/ticket';
my @seen;

sub tls {
    my ($early, $rest, $out) = @_;

    my ($port, $pid) = length $early ? relay() : $t->port('tls');
    my ($status, $answer, $err) = $t->command({ stdin => $rest },
        qw(openssl s_client -tls1_3 -ign_eof -servername localhost -connect),
        "127.0.0.1:$port",
        $out ? ('-sess_out', $out) : ('-sess_in', $ticket),
        length $early ? ('-early_data', $t->write_file('early', $early)) : ());

    waitpid $pid, 0 if $pid;

    my ($code) = $answer =~ m{^HTTP/1\.1 (\d+)}m;

    push @seen, $code;
    wait_for(sub { @seen == (() = $t->read_file('early.log') =~ /\n/g) });

    my ($line) = $t->read_file('early.log') =~ /(.*)\n\z/;

    return ($answer, $line, $answer =~ /Early data was accepted/);
}


sub request {
    my ($method, $path, $more, $body) = @_;

    my $request = "$method $path HTTP/1.1\r\nHost: localhost\r\n"
        . "Connection: close\r\n" . ($more // '');

    $request .= "Content-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . length($body) . "\r\n" if defined $body;

    return ("$request\r\n", $body // '');
}


my ($page) = tls('', join('', request('GET', '/login/')), $ticket);
my ($csrf) = $page =~ /name="csrf" value="([^"]+)"/;
my ($browser) = $page =~ /^Set-Cookie: (__Host-login_browser=[^;]+)/mi;

ok $csrf && $browser, 'a page with a form' or diag($page);

my $form = Login::Browser::encode([ csrf => $csrf, password => $password,
                                    username => 'ann@example.com' ]);
my ($head, $body) = request('POST', '/login/', "Cookie: $browser\r\n", $form);


# --- as early data

my ($answer, $line, $accepted) = tls(join('', request('GET', '/login/')), '');

ok $accepted, 'early data is taken by the server';
is $line, '/login/|GET|1|200', 'a page may be asked for in it';

for my $what ([ 'the form', $head . $body, '' ],
              [ 'the same once more', $head . $body, '' ],
              [ 'the head of the form', $head, $body ])
{
    ($answer, $line, $accepted) = tls(@$what[1, 2]);

    is $line, '/login/|POST|1|425', "$what->[0] is refused";
    unlike $answer, qr/^Set-Cookie: \S*login=/mi, "$what->[0]: no session";
    like $answer, qr/Code L19/, "$what->[0]: a page tells";
}

my ($out, $nothing) = request('POST', '/login/logout', "Cookie: $browser\r\n",
                              "csrf=$csrf");

(undef, $line) = tls($out . $nothing, '');
is $line, '/login/logout|POST|1|425', 'so is signing out';

like $t->error_log, qr/\[info\].* client sent a form as early data/,
    'the log tells it';
like $t->cli_ok('explain', 'L19'), qr/ssl_early_data/, 'explained';


# --- after the handshake

($answer, $line) = tls('', $head . $body);

is $line, '/login/|POST||303', 'the form after the handshake';
like $answer, qr/^Set-Cookie: __Host-login=/mi, 'signs in';


# --- behind a proxy that took it as early data and says so (RFC 8470)

for my $value ('1', '0', '1, 1') {
    my ($head, $body) = request('POST', '/login/',
        "Cookie: $browser\r\nEarly-Data: $value\r\n", $form);

    is $t->raw($head . $body)->status, 425, "Early-Data: $value";
}

is $t->raw($head . $body)->status, 303, 'and without';

is $t->raw(join '', request('GET', '/login/', "Early-Data: 1\r\n"))->status,
    200, 'pages are shown all the same';

done_testing;
