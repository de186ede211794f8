#!/usr/bin/perl

# The gate fails closed: where the store is unreadable, moved or damaged, or
# memory is short, there is 503 and nothing of what is guarded; and all is
# well again, without a restart, when the cause has gone.

use strict;
use warnings;

use JSON::PP;

use Login::Test;


my $password = 'correct horse battery staple';
my $t;

my $conf = <<'END';
log_format who "$request_uri|$status|$login_user|$login_id|$login_session";

server {
    listen 127.0.0.1:%%PORT%%;
    server_name localhost;
    root %%DIR%%/html;
    login on;

    access_log %%DIR%%/who.log who;

    location /login/ { login_portal; }
    location /open/ { login off; ssi on; }
    location /secret/ { }
    location /return { return 200 "canary"; }
    location /any {
        satisfy any;
        allow all;
        alias %%DIR%%/html/secret/file.txt;
    }
    location /any-deny { satisfy any; deny all; return 200 "canary"; }
    location /who { return 200 "$login_user $login_id $login_session"; }

    location /optional {
        login optional;
        return 200 "optional: $login_user$login_id$login_session";
    }

    location /own-503 {
        error_page 503 /503.html;
        return 200 "canary";
    }
    location = /503.html { login off; }

    location /named-503 {
        error_page 503 =200 @named;
        return 200 "canary";
    }
    location @named { login off; return 200 "named"; }

    location /to-401 {
        error_page 401 403 = @named;
        return 200 "canary";
    }
}
END

my (%cookie, %facts, $data);
my $questions = 0;


# A server with two people who are signed in; "alerts" are expected ones.

sub begin {
    my ($alerts, %opt) = @_;

    $t = Login::Test->new(
        accounts => { map { ("$_\@example.com" => $password) } qw(ann bob) },

        # hashes cost what nginx-login took: no better one is written behind
        # the answer to a sign-in, while the file is being damaged

        # a worker without a store says so
        allow_alert => qr/\[emerg\] \d+#\d+: login: |$alerts/,
        %opt,
    );

    mkdir $t->dir . "/$_" for qw(html html/secret html/open);

    $t->write_file('html/secret/file.txt', "canary\n");
    $t->write_file('html/open/file.txt', "open\n");
    $t->write_file('html/open/page.html', 'before <!--# include'
                   . " virtual=\"/secret/file.txt\" --> after\n");
    $t->write_file('html/503.html', "our own 503\n");

    $t->run($conf);

    for my $who (qw(ann bob)) {
        my $browser = $t->browser;

        is $browser->sign_in("$who\@example.com", $password)->status, 303,
            "$who is signed in";

        $cookie{$who} = 'Cookie: login=' . $browser->cookie('login') . "\r\n";
        @{ $facts{$who} }{qw(user id session)} =
            split ' ', $browser->get('/who')->body;
    }

    $data = $t->store . '/data.mdb';
}


sub ask {
    my ($uri, $more, $method) = @_;

    $method //= 'GET';

    return $t->raw("$method $uri HTTP/1.1\r\nHost: localhost\r\n"
                   . ($more // '') . "Connection: close\r\n\r\n");
}


sub status_of {
    my ($uri, $more, $method) = @_;

    my $response = ask($uri, $more, $method) or return 'closed';

    return 'content' if $response->body =~ /canary/;
    return $response->status;
}


# The answer of a worker that does not end meanwhile.

sub alive {
    my ($uri) = @_;

    my $response;

    wait_for(sub { $response = ask($uri) });

    return $response;
}


# All of it while the store cannot be read.

sub shut {
    my ($test, %opt) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    my $html = "Accept: text/html\r\n";
    my $ann = $cookie{ann};

    for my $uri (qw(/secret/file.txt /return /any-deny /to-401)) {
        my $response = ask($uri, $ann);

        is $response->status, 503, "$test: $uri";
        is_deeply decode_json($response->body), { error => 'unavailable' },
            "$test: JSON says so";
        like $response->header('Retry-After'), qr/^\d+$/,
            "$test: and when to try again";
        is $response->header('Cache-Control'), 'no-store',
            "$test: not to be kept";
    }

    for my $method (qw(GET POST)) {
        my $response = ask('/secret/file.txt', $ann . $html, $method);

        is $response->status, 503, "$test: $method by a person";
        is $response->page, 'error', "$test: a page says so";
        is scalar($response->cookies), 0, "$test: and takes no cookie away";
    }

    is ask('/secret/file.txt', $ann . "Content-Type: application/grpc\r\n",
           'POST')->header('grpc-status'), 14, "$test: gRPC's own status";
    is status_of('/secret/file.txt', $ann, $_), 503, "$test: $_"
        for qw(HEAD OPTIONS FOO);
    is status_of('/secret/file.txt', $ann . "Upgrade: websocket\r\n"
                 . "Connection: Upgrade\r\n"), 503, "$test: WebSocket";

    is ask('/own-503', $ann . $html)->body, "our own 503\n",
        "$test: error_page 503 wins";
    is ask('/named-503', $ann)->body, 'named', "$test: also a named one";

    my $page = ask('/open/page.html', $ann);

    is $page->status, 200, "$test: an open page";
    unlike $page->body, qr/canary/, "$test: without its guarded part";

    is ask('/open/file.txt', $ann)->body, "open\n",
        "$test: what is open stays so";
    is ask('/optional', $ann)->body, 'optional: ',
        "$test: optional: nobody is known";

    my $asked = '/return?' . ++$questions;
    my $logged = ask($asked, $ann)->status;

    wait_for(sub { ($logged) = $t->read_file('who.log') =~
                   /^(\Q$asked\E\|.*)$/m });
    is $logged, "$asked|503|||", "$test: nobody is known in the log";

    # who has nothing to be looked up

    is status_of('/secret/file.txt', ''), 401, "$test: without a cookie";
    is status_of('/secret/file.txt', $html), 302, "$test: also a person";
    is status_of('/any', ''), 'content', "$test: let in by address alone";
    is status_of('/any', $ann), 503, "$test: a fault is no refusal";

    my $wrong = substr($ann, 0, -3) . "\r\n";

    like status_of('/secret/file.txt', $wrong),
        $opt{opened} // 1 ? qr/^401$/ : qr/^(?:401|503)$/,
        "$test: with a cookie that is not ours";
}


sub well {
    my ($test, @who) = @_;

    local $Test::Builder::Level = $Test::Builder::Level + 1;

    # a worker that has no store tries again in a moment; all must have one

    for my $who (@who ? @who : qw(ann bob)) {
        ok wait_for(sub {
            return !grep {
                status_of('/secret/file.txt', $cookie{$who}) ne 'content'
            } 1 .. 20;
        }), "$test: $who is let in";
    }

    is status_of('/secret/file.txt', ''), 401, "$test: nobody else";
}


begin('(?!)');
well('at first');


# --- damaged records


sub bytes_of {
    my ($file) = @_;

    open my $fh, '<:raw', $file or die "$file: $!\n";
    local $/;

    return scalar <$fh>;
}


# Written into the file as it is, which workers have mapped.

sub patch {
    my ($offset, $bytes) = @_;

    open my $fh, '+<:raw', $data or die "$data: $!\n";
    sysseek $fh, $offset, 0;
    syswrite($fh, $bytes) == length $bytes or die "$data: $!\n";
    close $fh;
}


# Where the value behind a key begins, in each page that still has it, and
# how long it is: LMDB keeps size and flags in the eight bytes before a key.

sub places {
    my ($key) = @_;

    my $bytes = bytes_of($data);
    my ($at, @places) = (0);

    while (($at = index $bytes, $key, $at) >= 0) {
        my ($low, $high, undef, $ksize) = unpack 'S4',
            substr $bytes, $at - 8, 8;

        push @places, { key => $at, value => $at + length $key,
                        size => $low | $high << 16 }
            if $ksize == length $key;
        $at++;
    }

    return @places;
}


# Workers believe what they have read until something is written.

sub forget {
    $t->cli_ok('user', 'set', 'bob@example.com', '--name', 'Bob');
}


my %keys = (
    account => 'A' . pack('H*', $facts{ann}{id}),
    session => 'S' . pack('H*', $facts{ann}{id} . $facts{ann}{session}),
    epoch   => 'Mepoch',
);

for my $what (sort keys %keys) {
    forget();

    my @places = places($keys{$what});

    next if $what eq 'epoch' && !@places;

    ok @places > 0, "$what: the record is there";

    my $whole = bytes_of($data);
    my (%status, $n);

    # one bit of each byte: format, key id, version, payload, MAC

    my ($size) = sort { $a <=> $b } map { $_->{size} } @places;

    for my $i (0 .. $size - 1) {
        my $bit = 1 << $i % 8;

        for my $place (@places) {
            my $at = $place->{value} + $i;

            patch($at, chr(ord(substr $whole, $at, 1) ^ $bit));
        }

        $status{ status_of('/secret/file.txt', $cookie{ann}) }++;
        $status{ status_of('/return', $cookie{ann}) }++;
        $n++;

        if ($i == 20) {
            shut("damaged $what");
            well("damaged $what", 'bob') if $what ne 'epoch';
        }

        patch($places[$_]{value}, substr $whole, $places[$_]{value},
              $places[$_]{size}) for 0 .. $#places;
    }

    is_deeply \%status, { 503 => 2 * $n }, "$what: each of $n bytes counts";
    well("$what: whole again");

    # not found is another matter, and no way in either

    forget();

    @places = places($keys{$what});
    $whole = bytes_of($data);
    %status = ();

    for my $i (0 .. length($keys{$what}) - 1) {
        patch($_->{key} + $i,
              chr(ord(substr $whole, $_->{key} + $i, 1) ^ 0x80))
            for @places;

        $status{ status_of('/secret/file.txt', $cookie{ann}) }++;

        patch($_->{key}, $keys{$what}) for @places;
    }

    is join(' ', grep { !/^(?:302|401|503)$/ } sort keys %status), '',
        "$what: lost";
    well("$what: there again");

    # the record of another one in its place

    if ($what ne 'epoch') {
        forget();

        @places = places($keys{$what});
        $whole = bytes_of($data);

        my $other = $what eq 'account' ? 'A' . pack('H*', $facts{bob}{id})
            : 'S' . pack('H*', $facts{bob}{id} . $facts{bob}{session});
        my ($from) = reverse places($other);

        for my $place (@places) {
            patch($place->{value}, substr $whole, $from->{value},
                  $place->{size});
        }

        is status_of('/secret/file.txt', $cookie{ann}), 503,
            "$what: that of somebody else";

        patch($_->{value}, substr $whole, $_->{value}, $_->{size})
            for @places;
    }
}

well('all records are whole');


# --- moved and unreadable while it runs

sub restart_workers {
    my @old = $t->workers;

    kill 'TERM', @old;

    wait_for(sub {
        my %now = map { $_ => 1 } $t->workers;

        return keys %now >= 2 && !grep { $now{$_} } @old;
    });
}


my $store = $t->store;
my @owner = (stat $data)[4, 5];

{
    rename $store, "$store.moved" or die "$store: $!\n";

    # who has it open goes on with it, or says that it cannot

    for (1 .. 10) {
        like status_of('/secret/file.txt', $cookie{ann}),
            qr/^(?:content|503)$/, 'moved away: as before, or 503';
        is status_of('/secret/file.txt', ''), 401, 'moved away: nobody else';
    }

    restart_workers();
    shut('moved away, new workers', opened => 0);

    rename "$store.moved", $store or die "$store: $!\n";
    well('moved back');
}

SKIP: {
    skip 'needs root', 1 if $> != 0;

    chown 0, 0, $store;
    chmod 0700, $store;
    restart_workers();
    shut('of another user', opened => 0);

    chown @owner, $store;
    well('of the right user again');

    chown 0, 0, $data;
    restart_workers();
    shut('data of another user', opened => 0);

    chown @owner, $data;
    well('data of the right user again');
}


$t->stop;


# --- damaged pages and files: LMDB has no checks of its own, so workers may
# die of it, and only that nobody gets in is certain

SKIP: {
    skip 'the sanitizers take each signal for a mistake of ours', 1
        if Login::Test::sanitized();
    skip 'asked over HTTP/1.1', 1 if $Login::Test::HTTP2;

    begin('exited on signal');

    my $whole;

    for my $filling ("\0" x 4096, "\xff" x 4096) {
        forget();

        $whole = bytes_of($data);

        my $pages = length($whole) / 4096;

        patch($_ * 4096, $filling) for 2 .. $pages - 1;

        unlike status_of('/secret/file.txt', $cookie{ann}),
            qr/^(?:content|200)$/, 'all pages but the first two overwritten';
        is status_of('/secret/file.txt', ''), 401, 'nobody else either';

        patch(0, $whole);
        well('pages as before');
    }

    # before it starts

    $whole = bytes_of($data);

    my %damages = (
        'empty'           => sub { '' },
        'short'           => sub { substr $whole, 0, 5000 },
        'zeroes'          => sub { "\0" x length $whole },
        'another file'    => sub { '<?xml version="1.0"?>' x 1000 },
        'heads overwritten' => sub { "\xa5" x 8192 . substr $whole, 8192 },
        'pages overwritten' => sub { substr($whole, 0, 8192)
                                     . "\0" x (length($whole) - 8192) },
    );

    for my $damage (sort keys %damages) {
        $t->stop;

        # the same file, with the owner and mode that it has

        open my $fh, '>:raw', $data or die "$data: $!\n";
        print $fh $damages{$damage}->();
        close $fh;

        my $mark = $t->log_mark;

        if (!$t->start) {
            pass "$damage: nginx does not start";

        } else {
            unlike status_of($_, $cookie{ann}), qr/^(?:content|200)$/,
                "$damage: nobody is let in, $_"
                for ('/secret/file.txt', '/return', '/any-deny') x 4;

            like alive('/secret/file.txt')->status, qr/^(?:401|503)$/,
                "$damage: nobody else";
            is scalar(grep { alive('/open/file.txt')->body eq "open\n" }
                      1 .. 200), 200, "$damage: what is open stays so";

            # requests end workers, and not each worker the next one

            cmp_ok scalar(() = $t->log_since($mark) =~ /exited on signal/g),
                '<', 40, "$damage: workers live";
        }

        $t->stop;

        open $fh, '>:raw', $data or die "$data: $!\n";
        print $fh $whole;
        close $fh;

        ok $t->start, "$damage: put back";
        well("$damage: put back");
    }

    $t->stop;
}


# --- no memory

SKIP: {
    skip 'the sanitizers have an allocator of their own', 1
        if Login::Test::sanitized();

    my $counter = File::Temp->new;

    print $counter pack 'l', 0;
    $counter->flush;
    chmod 0666, $counter->filename;

    my $library = File::Temp->new(SUFFIX => '.so');

    system('gcc', '-O2', '-shared', '-fPIC', '-o', $library->filename,
           "$Login::Test::ROOT/t/lib/fail_malloc.c") == 0
        or die "fail_malloc.c does not compile\n";
    chmod 0755, $library->filename;

    begin('\[emerg\].* (?:malloc|posix_memalign)\(',
          env     => { FAIL_MALLOC => $counter->filename },
          preload => [ $library->filename ]);

    my %requests = (
        'a session'       => [ '/secret/file.txt', $cookie{ann} ],
        'a session, return' => [ '/return', $cookie{ann} ],
        'identity headers' => [ '/return', $cookie{ann}
            . join('', map { "X-$_: 1\r\n" } 1 .. 30)
            . "Remote-User: root\r\nX: 1\r\nRemote-Name: root\r\n" ],
        'nobody'          => [ '/secret/file.txt', '' ],
        'a person'        => [ '/return', "Accept: text/html\r\n" ],
        'held back'       => [ '/any-deny', '' ],
        'of an open page' => [ '/open/page.html', '' ],
        'form'            => [ '/secret/', "Accept: text/html\r\n", 'POST' ],
        'nobody, error_page' => [ '/own-503', 'Cookie: login=x; a=b' . "\r\n" ],
    );

    for my $what (sort keys %requests) {
        my ($uri, $more, $method) = @{ $requests{$what} };
        my ($failed, $leaked) = (0, 0);

        # each allocation in turn, until there was none left to fail

        for my $n (1 .. 200) {
            sysseek $counter, 0, 0;
            syswrite $counter, pack 'l', $n;

            my $response = ask($uri, $more, $method);

            sysseek $counter, 0, 0;
            sysread $counter, my $left, 4;

            $left = unpack 'l', $left;
            $leaked++ if $response && $response->body =~ /canary/
                && $more !~ /\Q$cookie{ann}/;
            $failed++ if $left == 0;

            last if $left > 0;
        }

        sysseek $counter, 0, 0;
        syswrite $counter, pack 'l', 0;

        cmp_ok $failed, '>', 0, "no memory, $what: $failed times";
        is $leaked, 0, "no memory, $what: nothing comes out";
    }

    well('there is memory again');
    $t->stop;
}


done_testing;
