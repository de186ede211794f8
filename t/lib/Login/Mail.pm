package Login::Mail;

# A relay that keeps what it is sent: see t/mail/sink.mjs.
#
#     my $relay = Login::Mail->new;
#
#     ... login_mail smtp://127.0.0.1:@{[ $relay->port ]} starttls=off;
#
#     my @mails = $relay->wait_mails(1);
#     $relay->restart(rcpt => 450);

use strict;
use warnings;

use IPC::Open2;
use JSON::PP;

use Login::Test ();


my $folder = "$Login::Test::ROOT/t/mail";


# Why it cannot run, or nothing.

sub missing {
    return 'no node' unless grep { -x "$_/node" } split /:/, $ENV{PATH};
    return 'no smtp-server, run "npm ci" in t/mail'
        unless -d "$folder/node_modules/smtp-server";
    return;
}


sub new {
    my ($class, %settings) = @_;

    my $pid = open2(my $out, my $in, 'node', "$folder/sink.mjs");

    my $self = bless { pid => $pid, in => $in, out => $out }, $class;

    $self->restart(%settings);

    return $self;
}


sub ask {
    my ($self, $question) = @_;

    print { $self->{in} } encode_json($question), "\n";
    $self->{in}->flush;

    my $line = readline $self->{out};

    die "the relay has ended\n" unless defined $line;

    return decode_json($line);
}


sub restart {
    my ($self, %settings) = @_;

    $self->{port} = $self->ask({ start => { %settings } })->{port};
}


sub port  { $_[0]{port} }
sub stop  { $_[0]->ask({ stop => 1 }) }
sub mails { @{ $_[0]->ask({ mails => 1 }) } }
sub seen  { $_[0]->ask({ seen => 1 }) }


# The mails when there are "n" or more.

sub wait_mails {
    my ($self, $n) = @_;

    my @mails;

    Login::Test::wait_for(sub { @mails = $self->mails; @mails >= $n });

    return @mails;
}


sub DESTROY {
    my ($self) = @_;

    return unless $self->{pid};

    local $?;

    close $self->{in};
    close $self->{out};
    waitpid $self->{pid}, 0;
}


1;
