#!/usr/bin/perl

# Mails are in the language of the account: every one in every language, with
# nothing of another one in it, dates as they are written there.

use strict;
use warnings;

use JSON::PP;

use Login::Mail;
use Login::Test;


binmode Test::More->builder->$_, ':utf8'
    for qw(output failure_output todo_output);

plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();


my $relay = Login::Mail->new(starttls => JSON::PP::false);
my $t = Login::Test->new(accounts => { 'ann@example.com' =>
    'correct horse battery staple' });

$t->run('login_mail smtp://127.0.0.1:' . $relay->port . " starttls=off;\n"
    . <<'END');
server {
    listen 127.0.0.1:%%PORT%%;
    server_name login.example.com;
    location /login/ { login_portal; }
}
END

my ($reset, $password, $browser) = (1, 4, 5);
my $when = 1795548181;      # 2026-11-24 19:23 UTC
my $seen = 0;


sub po {
    my ($tag) = @_;
    my $file = "$Login::Test::ROOT/html/locale/$tag.po";

    open my $fh, '<:encoding(UTF-8)', $file or die "$file: $!\n";
    local $/;

    my $po = <$fh>;

    return { $po =~ /^msgid "(.+)"\nmsgstr "(.*)"$/gm };
}


sub mail {
    my (%field) = @_;

    Login::Mail::put($t, to => 'ann@example.com', username => 'ann',
        url => 'https://login.example.com/login/x', when => $when,
        address => '192.0.2.1', %field);

    my @mails = $relay->wait_mails(++$seen);

    return $mails[-1];
}


my @tags = map { m{([^/]+)\.po$} }
    glob "$Login::Test::ROOT/html/locale/*.po";

for my $tag (@tags) {
    my $text = po($tag);
    my %is = map { $_ => $text->{$_} =~ s/\{site\}/login.example.com/r
                                     =~ s/\{username\}/ann/gr }
        keys %$text;

    for ([ $password, 'Your password at {site} was changed',
           'The password of {username} was changed.' ],
         $tag =~ /^(?:de|ar|ja)$/
         ? ([ $reset, 'Reset your password at {site}',
              'Somebody, probably you, asked for a new password for '
              . '{username}.' ],
            [ $browser, 'New sign-in at {site}',
              '{username} signed in from a browser that we haven\'t seen '
              . 'before.' ]) : ())
    {
        my ($kind, $subject, $line) = @$_;
        my $mail = mail(kind => $kind, language => $tag);

        is $mail->{subject}, $is{$subject}, "$tag: the subject";
        like $mail->{text}, qr/^\Q$is{$line}\E$/m, 'its text';
        like $mail->{html}, qr/<html lang="\Q$tag\E" dir="(?:ltr|rtl)">/,
            'its language';

        my @foreign = grep { $text->{$_} ne $_ && !/\{/ && length > 12
                             && index($mail->{text}, $_) >= 0 }
            keys %$text;

        is "@foreign", '', 'and no other';
    }
}


sub dated {
    my ($language) = @_;

    return mail(kind => $password, language => $language)->{text};
}

like dated('de'), qr/24\.11\.2026, 19:23 UTC/, 'a date in German';
like dated('ar'), qr{\x{662}\x{664}/\x{661}\x{661}/\x{662}\x{660}},
    'and in Arabic, with its digits';
like dated(''), qr/2026-11-24 19:23 UTC/, 'and in none';
like dated('de-AT'), qr/24\.11\.2026, 19:23 UTC/, 'the nearest to it';
like dated('tlh'), qr/The password of ann was changed/, 'else the default';


$t->done_testing;
