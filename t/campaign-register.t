#!/usr/bin/perl

# scripts/campaign-register in small: nginx is killed, and the accounts that
# were answered and the mails must be there.

use strict;
use warnings;

use Login::Campaign;
use Login::Mail;
use Login::Test;


plan(skip_all => Login::Mail::missing()) if Login::Mail::missing();

passes('register', 8);

done_testing;
