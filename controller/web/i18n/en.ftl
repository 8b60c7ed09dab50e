# English, the reference catalogue. State words stand as the glossary writes them; pages raise the first letter where
# they open a label. Keys are stable; state, need, field and check keys end in the code that the program uses.

skip = Skip to the content
nav-label = Main menu
nav-overview = Overview
nav-sites = Sites
nav-nodes = Nodes
nav-equipment = Equipment
nav-handovers = Hand-overs
nav-donations = Donations
nav-donor = My donations
nav-health = Health
nav-me = My settings
nav-evidence = Evidence
nav-verify = Verify
nav-help = Help
nav-menu = Menu
crumbs-label = Way to this page
index-label = On this page
page-made = Page made
refresh = Refresh
request = Request
language = Language
theme = Colours
theme-system = System
theme-light = Light
theme-dark = Dark
theme-sun = Sun
on = On
off = Off
yes = yes
no = no
save = Save
never = never
no-reading = no reading
time-unknown = time not known
nothing-recorded = nothing recorded
no-site = no site
the-controller = controller

live-on = Live
live-asking = Reading this page again
live-paused = Live updates paused
live-stopped = Live updates stopped { "{time}" }; what you see is from then
live-changed = changed
live-pause = Pause
live-go = Go on
live-rows = Changes: { "{n}" }.
live-show = Show

doubt = { $why } All states are as of { $time }.
doubt-just_started = The controller has just started and waits for the nodes' next reports.
doubt-database = The controller cannot reach its database.
doubt-clock = The controller's clock is in doubt.
doubt-link = The controller's own link is in doubt.
doubt-other = The controller doubts itself ({ $code }).

state-ok = OK
state-degraded = degraded
state-down = down
state-no_report = no report
state-planned_silence = planned silence
state-maintenance = maintenance
state-not_yet_seen = not yet seen
state-revoked = revoked
state-not_known = not known
late = late
was = was { $state }

means-ok = It reports as promised, and nothing is wrong.
means-degraded = It reports, and says itself that something is wrong.
means-down = Something that can see it said that it is down: the node, its dish, its power supply or a neighbour.
means-no_report = Its promise to report and the grace behind it are over. Silence alone does not say that it is down; what was last known stands beside it.
means-planned_silence = It is silent by order. During a planned silence a report that arrives is the alarm.
means-maintenance = Somebody is working on it.
means-not_yet_seen = It is enrolled and was never heard.
means-revoked = Its certificate is no longer accepted.
means-not_known = The controller doubts itself; the last word stands as of the time named.

says-plain = { $state }.
says-never = { $state }. Never heard.
says-heard = { $state }. Heard { $age } ago.
says-heard-late = { $state }, late. Heard { $age } ago.
says-silent = { $state } for { $age }.
says-silent-was = { $state } for { $age }, was { $was }.
says-site = Site { $site }.
says-warnings = { $n ->
    [one] { $n } warning.
   *[other] { $n } warnings.
}

count-sites = { $n ->
    [one] { $n } site
   *[other] { $n } sites
}
count-nodes = { $n ->
    [one] { $n } node
   *[other] { $n } nodes
}
count-outages = { $n ->
    [one] { $n } outage
   *[other] { $n } outages
}
count-starts = { $n ->
    [one] { $n } start
   *[other] { $n } starts
}
count-attempts = { $n ->
    [one] { $n } attempt
   *[other] { $n } attempts
}
count-rows = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
shown-sites = { $n ->
    [one] { $shown } of { $n } site
   *[other] { $shown } of { $n } sites
}
shown-nodes = { $n ->
    [one] { $shown } of { $n } node
   *[other] { $shown } of { $n } nodes
}
shown-needs = { $shown } of { $n }

filter-label = Filters
filter-all = All
clear-filters = Clear filters
pager-label = Pages of the list
pager-next = Next
pager-back = Back
pager-first = First page
filter-more = More filters
filter-left-out = { $n ->
    [one] { $n } value is not offered here; the search finds it.
   *[other] { $n } values are not offered here; the search finds them.
}
by-word = state “{ $state }”
by-region = region { $region }
by-agent = agent { $agent }
by-site = site { $site }
by-text = text “{ $text }”
no-region = no region
map-title = Map of sites
map-list = All sites as a list
map-link = Map
map-regions = In { $n ->
    [one] { $n } region.
   *[other] { $n } regions.
}
map-label = Sites by region of Ukraine
map-region = { $region }: { $sites }, { $worst }
map-how = A number is how many sites a region has, the mark is the most urgent state among them. The table says the same.
map-source = Shapes: @svg-maps/ukraine, after mapsvg.com, coarsened;
region-ua-05 = Vinnytsia oblast
region-ua-07 = Volyn oblast
region-ua-09 = Luhansk oblast
region-ua-12 = Dnipropetrovsk oblast
region-ua-14 = Donetsk oblast
region-ua-18 = Zhytomyr oblast
region-ua-21 = Zakarpattia oblast
region-ua-23 = Zaporizhzhia oblast
region-ua-26 = Ivano-Frankivsk oblast
region-ua-30 = Kyiv, the city
region-ua-32 = Kyiv oblast
region-ua-35 = Kirovohrad oblast
region-ua-40 = Sevastopol, the city
region-ua-43 = Crimea
region-ua-46 = Lviv oblast
region-ua-48 = Mykolaiv oblast
region-ua-51 = Odesa oblast
region-ua-53 = Poltava oblast
region-ua-56 = Rivne oblast
region-ua-59 = Sumy oblast
region-ua-61 = Ternopil oblast
region-ua-63 = Kharkiv oblast
region-ua-65 = Kherson oblast
region-ua-68 = Khmelnytskyi oblast
region-ua-71 = Cherkasy oblast
region-ua-74 = Chernihiv oblast
region-ua-77 = Chernivtsi oblast
by-regions = By region
groups-flat = Show all as one list
col-worst = Worst state
col-was = Was
col-sites = Sites
show-times = Show times
show-ages = Show ages
order = Order
order-by = Order by
apply = Apply
columns = Columns
columns-shown = Shown columns
file-as = As a file:
file-place = Place limit
file-place-region = region; no exact place
file-filter = Filter
file-no-filter = none
views = Saved views
views-full = You have as many views of this list as are kept. Delete one to save another.
view-name = Name of this view
view-keep = Save this view
view-drop = Delete
wall = Wall view
wall-open = Wall view, for a large screen
wall-close = Leave the wall view
wall-more = { $n ->
    [one] And { $n } more.
   *[other] And { $n } more.
}
empty-filters = { $n ->
    [one] Nothing matches: { $filters }. Without filters there is { $n }.
   *[other] Nothing matches: { $filters }. Without filters there are { $n }.
}
search = Search
search-nodes = Node id or site
search-sites = Site name
empty-end = There is nothing behind this page.
list-empty-first = Nothing is here yet.

overview-needs = { $n ->
    [0] Nothing needs you.
    [one] { $n } thing needs you.
   *[other] { $n } things need you.
}
overview-empty = No node is enrolled yet.
queue = What needs you
queue-empty = Nothing needs you. When a node falls silent or reports that something is wrong, it appears here.
col-priority = Priority
col-what = What
col-where = Where
col-since = Since
col-next = Next step
need-no-report = No report. Nothing was known before.
need-no-report-was = No report, was { $was }.
need-approval = A node waits for approval. Compare the code { $code } with the one on the node.
need-lost = { $n ->
    [one] { $n } record is lost for ever.
   *[other] { $n } records are lost for ever.
}
need-controller = The controller's check “{ $check }” needs a look.
next-health = Open Health
next-node = Open node { $node }
next-site = Open site
next-nodes = Open nodes

reason-disk = The disk { $mount } is { $used } full.
reason-memory = Memory is { $used } used.
reason-hot = The sensor { $sensor } shows { $heat }.
reason-probe = The probe { $probe } fails: { $why }.
reason-clock = Its clock is not synchronised.
reason-backlog = { $n ->
    [one] { $n } record waits to be sent.
   *[other] { $n } records wait to be sent.
}

sites-first = { $n ->
    [0] No site needs a person.
    [one] { $n } site needs a person.
   *[other] { $n } sites need a person.
}
sites-none = No sites yet. A site appears with the first ticket that names it.
nodes-first = { $n ->
    [0] No node needs a person.
    [one] { $n } node needs a person.
   *[other] { $n } nodes need a person.
}
nodes-none = No nodes yet. Make a ticket with “holdfast ticket new” and enrol the first node with it.
site-no-nodes = No node works at this site. Make a ticket that names it and enrol a node there.
col-status = Status
col-site = Site
col-region = Region
col-strip = Last 24 h
col-heard = Heard
col-nodes = Nodes
col-backlog = Backlog (records)
col-lost = Lost (records)
col-node = Node
col-route = Interface
col-rtt = Round trip
col-agent = Agent

items-first = { $n ->
    [0] No item needs attention.
    [one] { $n } item needs attention.
   *[other] { $n } items need attention.
}
items-attention = Needs attention
items-not-shown = Not shown to your role: { $what }. The back office and operators see it.
items-none = No item is registered. Register the first, or scan a label.
items-none-yours = No item is yours to see yet. What is promised or handed over to your organisation, or works at your sites, appears here.
items-short = Write at least 3 characters to search.
search-items = Code, name or serial
item-offered = waits for acceptance
item-offered-to = offered to { $taker }
item-long = longer than usual
item-new = Register items
col-item = Item
col-item-state = State
col-code = Code
col-model = Model
col-programme = Programme
col-donation = Donation
col-custodian = Custodian
col-container = Container
col-last-event = Last event
col-offered = Offered to
file-place-none = no place
item-state-registered = registered
item-state-allocated = allocated
item-state-packed = packed
item-state-in_transit = in transit
item-state-received = received
item-state-accepted = accepted
item-state-in_store = in store
item-state-in_service = in service
item-state-removed = removed
item-state-in_repair = in repair
item-state-returned = returned
item-state-retired = retired
item-state-lost = lost
item-state-stolen = stolen
item-state-destroyed = destroyed
label-title = Registered aid
label-first = This label belongs to equipment that is registered with Holdfast.
label-found = If you found it: do not open it or switch it on. Tell the organisation whose name is on the equipment, or the local authorities, and give them the code on the label.
label-not-said = Who owns it and where it belongs is not said here. This page reads the same for every code.
label-yours = If you work with this equipment, sign in to go on to it.
shown-items = { $n ->
    [one] { $shown } of { $n } item
   *[other] { $shown } of { $n } items
}

items-back = Back to the equipment
item-back = Back to the item
item-first = { $state }, since { $since }.
item-first-with = { $state } with { $custodian }, since { $since }.
item-first-at = { $state } with { $custodian }, region { $region }, since { $since }.
item-done-registered = Registered. Print its label and put it on.
item-done-recorded = Recorded.
item-done-voided = The event no longer counts. Both stay in the chain.
item-done-changed = Changed.
item-promised = Promised to
item-change = Change name or line
item-change-first = What people call it, and under which line of a donation it was given. Its state changes by events alone.
item-change-failed = Could not change the item
item-name = Name
item-name-hint = What people call it, such as “Terminal 7”.
item-name-wrong = Write a name of at most 200 characters on one line.
item-line = Line of a donation
item-no-line = none
item-label = Label
item-label-first = Print this page and put the label on the item. The code says nothing to strangers.
item-label-qr = The label's address as a QR code
item-label-says = A phone opens the address and goes on to the item for people who are signed in.
item-record = Record what happened
item-record-which = Choose what happened. One event a page.
item-record-can = What can be recorded now:
item-record-none = Nothing can be recorded of this item by you now.
item-record-not = What cannot be recorded now, and why
item-chain = Custody chain
item-void = Take the newest event back
item-void-first = The newest event will no longer count. Nothing is deleted: the chain shows both.
item-void-says = This cannot be undone. Record the right event afterwards.
item-void-nothing = You can take nothing back here. Only the newest event can be, by who recorded it or by the back office; one of a hand-over cannot.
void-event = Event
void-recorded = Recorded
void-reason = Why
void-did_not_occur = It did not happen
void-incorrect_data = It happened otherwise
item-identifiers = Identifiers
item-identifiers-none = It carries none that you are shown.
identifier-masked = masked
item-reveal = Show what is masked
item-reveal-first = The reason is written down with your name before anything is shown.
item-reveal-failed = Nothing is shown
item-reveal-not = What is masked is shown to operators, and to field engineers and recipients of their own.
item-revealed = What was masked
item-revealed-first = Shown once, for the reason you gave. Leave the page when you have read it.
item-deployments = Where it worked
deployment-now = now
left-out-free_text = names and notes
left-out-parties = donation and programme
left-out-custodian = custodian
left-out-site = site and region
step-from-to = From { $giver } to { $taker }
step-from = From { $giver }
step-to = To { $taker }
step-at = At { $site }
step-at-region = At { $site }, region { $region }
step-recorded = Recorded { $time }.
step-recorded-by = Recorded { $time } by { $by }.
step-voided = does not count
step-handover = The hand-over
handover-from-to = { $giver } to { $taker }
handover-offer = Hand over
event-registered = Registered
event-allocated = Promised
event-deallocated = Promise taken back
event-packed = Packed
event-unpacked = Unpacked
event-departed = Sent on its way
event-arrived = Arrived
event-accepted = Accepted
event-returned = Given back
event-differed = Not taken
event-stored = Put into store
event-deployed = Put into service
event-removed = Taken out of service
event-sent_to_repair = Sent to repair
event-repaired = Repaired
event-retired = Retired
event-lost = Lost
event-stolen = Stolen
event-found = Found
event-destroyed = Destroyed
event-counted = Counted
event-voided = Taken back
event-says-allocated = The item is promised to a party. It stays where it is.
event-says-deallocated = Nobody is promised the item any more.
event-says-packed = The item is in a container, or packed by itself.
event-says-unpacked = The item is out of its container and in store.
event-says-departed = The item left and is in transit.
event-says-arrived = The item is where it was sent; nobody there has accepted it yet.
event-says-stored = The item is kept and not used.
event-says-deployed = The item works at a site from now on.
event-says-removed = The item no longer works at its site.
event-says-sent_to_repair = Somebody mends the item.
event-says-repaired = The item works again and is in store.
event-says-retired = The item is written off for good. Nothing can be recorded of it afterwards.
event-says-lost = Nobody knows where the item is. Only finding it changes that.
event-says-stolen = The item was taken. Only finding it changes that.
event-says-found = The item is there again, with a party, and in store.
event-says-destroyed = The item is no longer there as a thing. Nothing can be recorded of it afterwards.
event-says-counted = Somebody saw the item where it belongs. Its state stays.
event-not-your-part = Your roles do not record this.
event-not-held = Only of what your organisation has.
event-only-when = Only of an item that is: { $states }.
record-party = To whom
record-custodian = Who has it now
record-by-itself = packed by itself
record-site = Site
record-site-hint = The code name, such as “Birch 114”.
record-site-wrong = Enter the code name of a site that you are shown, letter for letter.
record-node = Node
record-node-hint = The code of the computer in or as which it works. Leave it empty for a thing without one.
record-node-wrong = Enter the node's code: eight letters and digits.
record-happened = When it happened
record-happened-hint = Date and time in UTC. Empty means now.
record-happened-wrong = Enter date and time in UTC, such as 2026-11-24 14:02, or nothing.
record-note = Note
record-note-hint = At most 500 characters. No place finer than the site.
record-note-wrong = Write a note of at most 500 characters.
record-do = Record
record-failed = Nothing was recorded
form-optional = (may stay empty)
form-choose = choose
form-choose-one = Choose one.
form-next = Go on
form-both = What you sent beside what is there
form-field = Field
form-yours = You sent
form-there = It is now
form-was-other = another state
refused-custody_state = This cannot happen to the item as it stands now. Look at its state and at what can be recorded.
refused-custody_earlier = Something later is recorded already. Take that back first, or enter a later time.
refused-custody_future = That time has not come yet. Record it when it has happened.
refused-custody_nothing_to_void = That event does not count any more. Somebody may have taken it back already.
refused-custody_not_newest = Only the newest event can be taken back. Take the later ones back first.
refused-custody_foundation = The registration cannot be taken back. Retire the item, with the reason in a note.
refused-by_handover = Only the two sides of a hand-over record this. Offer one.
refused-not_your_part = Your roles do not record this. Ask somebody whose do.
refused-not_in_custody = Your organisation does not have this item. Whoever has it records this.
refused-node_elsewhere = That node was enrolled for another site. Name that site, or enrol the node for this one.
refused-identifier_taken = Another item carries one of these identifiers already. Look at both type plates.
refused-taken = A name or number that has to be unique is taken. Choose another.
refused-missing_reference = Something that this refers to is no longer there. Open the form anew.
refused-handover_over = This hand-over is over already.
refused-handover_not_yours = That is not for your side of the hand-over. Somebody else of the taker's people answers what you offered.
refused-handover_in_another = One of these items waits in another hand-over. Have that answered or taken back first.
refused-handover_state = One of these items cannot be handed over as it stands. What is in service is taken out first.
refused-stale = Somebody else changed this meanwhile. Look at what is there now, then send it again if it still holds.
refused-other = It could not be done. Check each field and try again.
items-new-first = Choose the model and how many of it. Longer lists come by a packing list.
items-new-of = Enter what is on the type plate of each { $model }. All are registered, or none.
items-many = How many
items-many-wrong = { $n ->
    [one] Enter a number from 1 to { $n }.
   *[other] Enter a number from 1 to { $n }.
}
items-number = { $n ->
    [one] Item { $n }
   *[other] Item { $n }
}
items-new-failed = Nothing was registered
items-no-model = There is no model yet, and an item is one of a model.
items-no-model-do = Make one with “holdfast model new”, or import a packing list.
items-other-model = Another model or number
identifier-serial = Serial
identifier-kit = KIT number
identifier-utid = UTID
identifier-imei = IMEI
identifier-mac = MAC address
identifier-smbios_uuid = SMBIOS UUID
identifier-tpm_key = TPM key hash
identifier-disk_serial = Disk serial
identifier-ups_serial = UPS serial
identifier-form-serial = Enter the maker's serial: 1 to 64 letters, digits and signs.
identifier-form-kit = Enter the KIT number: KIT and 8 or more digits.
identifier-form-utid = Enter the UTID as the terminal shows it.
identifier-form-imei = Enter the IMEI: 15 digits.
identifier-form-mac = Enter the MAC address: 12 hexadecimal digits.
identifier-form-smbios_uuid = Enter the UUID: 32 hexadecimal digits.
identifier-form-tpm_key = Enter the hash of the TPM's key: 64 hexadecimal digits.
identifier-form-disk_serial = Enter the disk's serial: 1 to 64 letters, digits and signs.
identifier-form-ups_serial = Enter the UPS's serial: 1 to 64 letters, digits and signs.
identifier-check-digit = The check digit does not fit: the last digit is { $found }, but should be { $wanted }. Read it again.
identifier-placeholder = “{ $text }” is what a maker left in place of a serial. Look on the type plate.
identifier-missing = Read it off the type plate: every item of this model carries one.
identifier-twice = Another item on this page has the same. Look at both type plates.

handovers-back = Back to the hand-overs
handover-back = Back to the hand-over
handovers-first = { $n ->
    [0] No hand-over waits for you.
    [one] { $n } hand-over waits for you.
   *[other] { $n } hand-overs wait for you.
}
handovers-open = Waiting
handovers-none = No hand-over yet. Offer the first, or wait for one that is offered to you.
handovers-none-open = None waits for an answer.
handover-title = Hand-over
handover-sides = From and to
handover-yours = for you to answer
handover-offered = Offered
handover-ends = Holds until
handover-said = Answer
handover-first-open = Waits for its answer, until { $time }.
handover-first-ended = { $outcome }, { $time }.
handover-is-offered = Offered
handover-is-expired = Not answered in time
handover-is-withdrawn = Taken back
handover-is-accepted = Accepted
handover-is-accepted_with_differences = Accepted with differences
handover-is-refused = Refused
handover-done-offered = Offered. The taker sees it at once.
handover-done-answered = Answered. What was accepted is in your custody now.
handover-done-withdrawn = Taken back. Nothing moved.
handover-delivery = Delivery
handover-return = Return
handover-purpose = Purpose
handover-giver = Giver
handover-giver-hint = Donors and carriers need not sign in: you offer for them, in your own name.
handover-taker = Taker
handover-items = Items
handover-items-hint = The code of the label or the serial of each, one a line.
handover-items-none = Enter at least one item.
handover-item-unknown = “{ $text }” is no code or serial of one item that you are shown. Read the label again.
handover-not-theirs = The giver does not have one of these items. Look who has it.
handover-days = Days to answer
handover-days-hint = 1 to 90. After that the offer is over.
handover-days-wrong = Enter a number of days from 1 to 90.
handover-offer-first = The taker answers each line. Until then you answer for the items.
handover-offer-do = Offer
handover-failed = Nothing was recorded
handover-answer = Answer
handover-answer-first = { $n ->
    [one] Say of { $n } item what is there.
   *[other] Say of each of { $n } items what is there.
}
handover-answer-says = What you accept is in your custody from now on. An answer cannot be changed; what was accepted by mistake is handed over back.
handover-answer-do = Send the answer
handover-answer-all = All without an answer is there and undamaged
handover-not-answered = The answer is not sent
handover-cannot-answer = This hand-over is not for you to answer: it is over, offered by you, or for somebody else.
handover-withdraw = Take back
handover-withdraw-first = { $n ->
    [one] The offer of { $n } item ends without an answer. It stays where it is; you can offer it again.
   *[other] The offer of { $n } items ends without an answer. They stay where they are; you can offer them again.
}
handover-cannot-withdraw = You cannot take this back: it is over, or the other side offered it.
handover-over-title = Came without being on the list
handover-over = What came beside the list
handover-over-hint = As it is labelled, one a line.
handover-over-wrong = Enter at most 100 lines of at most 200 characters.
line-said = What became of it
line-words = In words
line-words-missing = Say what is damaged.
line-words-long = Write at most 200 characters.
line-missing = Say what became of this item.
line-waits = waits
line-accepted = there, and taken
line-accepted_damaged = damaged, and taken
line-short = not there
line-wrong_serial = another one is there
line-damaged = so damaged that it is not taken
line-refused = there, and not taken

donations-first = Newest first.
donations-many = { $n ->
    [0] No donation to show.
    [one] { $n } donation.
   *[other] { $n } donations.
}
donations-none = No donation is recorded. Record the first with “holdfast donation new”.
donations-nothing = No donation matches. Clear the filters to see all.
donation-one = Donation
donation-title = Title
donation-donors = Donors
donation-made = Recorded
donation-draft = Draft
donation-agreed = Agreed
donation-closed = Closed
donation-few = told together
donation-share = { $donor }: { $share }
donation-title-passes = Title passes
donation-items = Its items
donation-first = { $working } of { $given } items in service ({ $share }), as of { $time }.
donation-first-few = { $given } items given, as of { $time }. What became of a few of them is told together.
donation-late = Figures as of { $time }, as agreed. None points at fewer than { $least } items.
title-on_acceptance = when the recipient accepts
title-on_agreement = when it is agreed
title-never = never: a loan
rule-title = What donors learn
rule = Donors learn { $place }, { $days }, { $least }, { $serials }.
rule-place-none = no place
rule-place-country = the country
rule-place-region = the region
rule-days = { $n ->
    [0] without delay
    [one] { $n } day late
   *[other] { $n } days late
}
rule-least = { $n ->
    [one] groups of { $n } or more
   *[other] groups of { $n } or more
}
rule-serials = with serials
rule-no-serials = without serials
lines-title = What became of it
lines-line = Line
lines-none = It has no line yet.
lines-says = Adds up
lines-total = All, counted once
lines-once = Each gift is counted once, whoever shares it.
lines-explained = Given is what the donation says; the parts are items that are registered under it, by what people recorded of them. Lost counts stolen ones too.
line-together = Together { $items }: { $parts }.
line-few = Too few are registered to tell how many, or where they are.
line-over = { $n ->
    [one] { $n } more is registered than was given.
   *[other] { $n } more are registered than were given.
}
line-adds-up = Adds up to { $sum }.
line-does-not-add-up = Does not add up. Tell whoever runs the controller.
part-together = told together with others
part-given = Given
part-not_registered = Not registered
part-on_the_way = On the way
part-accepted = Accepted
part-in_service = In service
part-in_repair = In repair
part-lost = Lost
part-returned = Returned
part-written_off = Written off
donor-nothing = Nothing that your organisation gave is recorded yet.
donor-none = When the back office records a donation in which your organisation has a share, it appears here.
donor-how = How to read this
donor-not-confirmed = Not confirmed means that no report reached us; it does not mean lost. Many things have no computer that could report: in service is then what people say.
donor-not-shown = No place, custodian, serial or single item is shown here. A part that would point at few items is told together with the next.
programmes = Programmes
programmes-first = { $n ->
    [0] No programme to show.
    [one] { $n } programme on this page.
   *[other] { $n } programmes on this page.
}
programmes-none = No programme is recorded. A donation can do without one.
programme-nothing = Nothing is given under this programme yet.
programme-tlp = Marking
programme-activity = IATI activity
models = Models
models-first = { $n ->
    [0] No model to show.
    [one] { $n } model on this page.
   *[other] { $n } models on this page.
}
models-none = No model is recorded. Make one with “holdfast model new”, or import a packing list.
model-category = Category
model-carries = Each carries
containers = Containers
containers-first = { $n ->
    [0] No container to show.
    [one] { $n } container on this page.
   *[other] { $n } containers on this page.
}
containers-none = No container is recorded.
container-seal = Seal
waits-title = Waits for you
waits-proposals = { $n ->
    [one] { $n } change waits for your signature.
   *[other] { $n } changes wait for your signature.
}
waits-unaccepted = { $n ->
    [one] { $n } item arrived and is not accepted for 72 hours.
   *[other] { $n } items arrived and are not accepted for 72 hours.
}

node-wrong = What is wrong
node-timeline = Timeline
node-charts = Charts
node-readings = Readings
node-spool = Spool
node-identity = Identity
readings-none = No reading has arrived yet. The first comes with the node's next report.
range-label = Range
range-15min = 15 min
range-1h = 1 h
range-24h = 24 h
range-7d = 7 d
range-30d = 30 d
range-90d = 90 d
range-own = Own range
range-own-hint = Date and time in UTC. The link to this page keeps the range.
range-from = From (UTC)
range-to = To (UTC)
range-show = Show
range-from-to = { $from } to { $to }
range-wrong = Could not show this range
range-wrong-from = Enter the begin: date and time in UTC, such as 2026-11-24 14:02.
range-wrong-to = Enter the end: date and time in UTC, such as 2026-11-24 15:02.
range-wrong-order = Enter an end that is later than the begin.
range-wrong-long = Enter a range of 400 days at most.
range-wrong-ahead = Enter a begin that has passed. Nothing is known of the time ahead.
lane-presence = State
lane-outages = Outages
lane-starts = Starts
lane-late = Came late
late-arrived = Data that came late, arrived { $time }
start-machine = Machine started, boot { $boot }
start-agent = Agent started, boot { $boot }
event-outage = Outage: { $cause }, { $attempts }
events-none = Nothing is recorded in this range.
events-more = { $n ->
    [one] { $n } older entry is not shown. Choose a shorter range.
   *[other] { $n } older entries are not shown. Choose a shorter range.
}
cause-no_route = no route
cause-no_name = the name could not be resolved
cause-refused = the controller refused or was not there
cause-silent = no answer in time
cause-tls = TLS failed
cause-told = the controller ended the session
cause-closed = the connection was closed without a word
cause-other = another cause
col-from = From
col-to = To
col-length = Length
col-reading = Reading
col-value = Value
col-rate = Per second
col-measured = Measured
group-link = Link to the controller
group-host = Machine
group-disk = Disks
group-net = Network
group-agent = Agent and clock
group-other = Other readings

chart-table = Show as table
chart-table-title = The same as a table
chart-keys = Left and right arrows read the points
chart-empty = No reading in this range.
chart-summary = Between { $low } and { $high }, mean { $mean }, newest { $newest }. Samples for { $covered } of the time.
chart-load = Load { $name } for { $range }
chart-heard = Last heard { $time }
chart-heard-ago = Last heard { $age } ago.
export = Take away as
export-place = Place
export-place-region = region at most
export-bucket = Length of a row (s)
export-made = Made { "{time}" } UTC by Holdfast
export-failed = The picture could not be made. Try again, or take the CSV.
col-from-utc = From (UTC)
col-min = Least
col-mean = Mean
col-max = Most
col-present = Samples present

spool-waiting = { $n ->
    [one] { $n } record waits to be sent.
   *[other] { $n } records wait to be sent.
}
spool-unknown = The node has not said how much it holds.
spool-lost = { $n ->
    [one] { $n } record is lost for ever.
   *[other] { $n } records are lost for ever.
}
spool-records = Records waiting
spool-bytes = Bytes on disk
spool-missing = Records that may still come
spool-lost-label = Records lost for ever
certificate-left = The certificate has { $left } left and ends on { $date }.
certificate-ended = The certificate ended { $left } ago, on { $date }.
identity-enrolled = Enrolled
identity-ends = Certificate ends
identity-code = Code
identity-boot = Boot
identity-clock = Clock
clock-trusted = synchronised, ± { $error }
clock-untrusted = not synchronised

health-title = Health
health-question = Can these pages be trusted?
health-yes = Yes.
health-no = { $n ->
    [one] No: { $n } check fails.
   *[other] No: { $n } checks fail.
}
health-none = The controller has not checked itself yet.
verdict-ok = in order
verdict-warn = look at it
verdict-fail = fails
verdict-unknown = cannot tell
check-ingest = Taking reports in
check-database = Database
check-history = History
check-disk = Disk
check-clock = Clock
check-certificate_server = Server certificate
check-certificate_intermediate = Intermediate certificate
check-certificate_root = Root certificate
check-root_key = Root key
check-backup = Backup
check-backup_none = Backup: none
check-backup_late = Backup is late
check-backup_failed = Backup failed
check-backup_untested = Backup never tested with its key
check-restored = Restored from a backup
figure-records_per_second = Records taken in
figure-delay_ms_max = Longest delay
figure-commit_ms_max = Longest commit
figure-queued = Records waiting
figure-refused = Records refused
figure-registry_bytes = Registry
figure-history_bytes = History
figure-log_bytes = Write-ahead log
figure-failed_commits = Failed commits
figure-records_days = Records kept
figure-rollups_days = Roll-ups kept
figure-hours_waiting = Hours to roll up
figure-free_bytes = Free
figure-size_bytes = Size
figure-jump_seconds = Last jump
figure-jumps = Jumps
figure-days_left = Left
figure-backup_age_hours = Age of the newest
figure-backup_bytes = Its size
figure-backup_seconds = It took
figure-backup_tested_days = Opened with its key, ago
figure-restored_from_days = Data of, ago
figure-restored_days = Restored, ago
explain-ingest = Reports are stored before they are acknowledged. When storing is slow, nodes keep their reports and nothing is lost.
explain-database = Registry and history can be read and written.
explain-disk = Room where the data lies. When it is full, nodes keep their reports until there is room.
explain-clock = Ages on these pages count from this clock.
explain-certificate_server = Nodes refuse the controller when its certificate has ended.
explain-certificate_intermediate = Nodes accept the fleet only while this certificate is valid.
explain-certificate_root = Nodes accept the fleet only while this certificate is valid.
explain-root_key = The root key belongs off this machine. Keep it in a safe place and remove it from here.
explain-backup = Everything that people entered, the keys, and the readings, encrypted to a key that is not on this machine.
explain-backup_none = No backup was made. Set backup.folder and backup.recipients in the configuration, or run “holdfast-controller backup”.
explain-backup_late = The newest backup is older than it should be. Look whether its folder is there and has room.
explain-backup_failed = The last attempt made no backup; the cause is in the log. It is tried again each quarter of an hour.
explain-backup_untested = Nobody has shown that the key opens a backup. Where the key is, run “holdfast-controller restore --check” and type its words here with “backup-proof”.
explain-restored = What happened after the backup is missing. Look for nodes that were revoked and people who were locked out since, then run “holdfast-controller restore --looked-through”.

evidence-first = { $n ->
    [one] { $confirmed } of { $n } item on this page was observed by its own node in the newest week told.
   *[other] { $confirmed } of { $n } items on this page were observed by their own node in the newest week told.
}
evidence-none = Your party has no donation recorded yet. The back office records it.
evidence-donations = Donations
evidence-file = Files by week
evidence-no-items = No item of this donation is registered yet.
evidence-no-week = no week is told yet
evidence-withheld-serials = This donation's policy tells donors no serials, and an evidence file names one. The back office can agree on another policy with you.
evidence-withheld-few = { $n ->
    [one] This donation's policy tells nothing of fewer than { $n } item.
   *[other] This donation's policy tells nothing of fewer than { $n } items, and an evidence file is of one. The back office can agree on another policy with you.
}
evidence-withheld-until = Nothing is told yet: this donation's policy tells it later.
evidence-level-E0 = E0 · registered only
evidence-level-E1 = E1 · a person said so
evidence-level-E2 = E2 · the device said so
evidence-how = How this is checked
evidence-how-text = A file names the item's serial, the week, how often it was observed and the longest time between; never a place. Not observed means that no statement reached us, not that the item is lost. Each file can be checked without us:

verify-first = An evidence file is checked here, in your browser. Nothing is sent.
verify-no-script = Checking takes script, and this browser runs none. A program does the same with no network:
verify-file = Evidence file
verify-file-hint = Choose it, or drop it here.
verify-paste = Paste it instead
verify-pasted = Contents of the file
verify-key = Verification key
verify-key-label = Verification key of the fleet
verify-key-hint = This is what this controller publishes. If you have the key from the fleet's people, put that one here: a page cannot vouch for the controller it comes from.
verify-here = Cannot tell here: this browser lacks Ed25519. Use a newer one, or the program named below.
verify-steps = Steps of the check
verify-step = Step
verify-answer = Answer
verify-says = What the file says
verify-says-not = It does not say where the item is, in which condition, or who has it.
verify-trust = What must still be trusted
verify-offline = Without this page
verify-offline-text = Switch the network off and check again: the answer is the same. The program holdfast verify does it without a browser, and the format is described on one page of the documentation, so that anybody can write a checker.
verify-root = SHA-256 of the key of this fleet's root, to compare with what its people told you:
verify-verdict-genuine = Genuine
verify-verdict-not_genuine = Not genuine
verify-verdict-cannot_tell = Cannot tell
verify-means-genuine = Every step holds. Below is what the file says, and what must still be trusted.
verify-means-not_genuine = A step does not hold. Believe nothing that the file says, and tell the fleet's people.
verify-means-cannot_tell = No step fails, and one could not be checked. It may be another fleet's file, or a part is missing.
verify-answer-genuine = genuine
verify-answer-not_genuine = not genuine
verify-answer-cannot_tell = cannot tell
verify-answer-not_needed = not needed at this level
verify-step-form = An evidence file, whole
verify-step-controller_signature = Signed, and not altered since
verify-step-controller_key = Signed by this fleet's key
verify-step-certificates = The node's certificate leads to the fleet's root
verify-step-node_signature = The node itself signed what it observed
verify-step-binding = The serial is the one bound to that node's key
verify-step-window = Week, number of observations and longest gap
verify-say-item = Item
verify-say-model = Model
verify-say-serial = Serial
verify-say-week = Week
verify-say-level = Evidence level
verify-say-observations = Observations
verify-say-gap = Longest gap
verify-say-made = File made
verify-trust-key_from_elsewhere = That the verification key is the fleet's.
verify-trust-level_by_word = That a person said so, by the controller's word: no device confirms it.
verify-trust-binding_by_word = That who accepted the item bound serial and node, by the controller's word.
verify-trust-issuer = That the controller, which issues certificates, made no second node for this.
verify-trust-node_key_kept = That the node's key never left the node: it lies in a file there.
verify-trust-serial_by_software = That the serial is the thing's own: software reads it, and firmware can be rewritten.
verify-trust-node_clock = That the node's clock was right.
verify-trust-controller_clock = That the controller's clock was right, for what the node said without one.
verify-trust-no_ledger = That the controller tells everybody the same: there is no transparency log yet.

help-first = What the words on these pages mean, and how to move around.
help-words = State words
help-ages = Ages
help-ages-text = Every value from the field has its age beside it. Ages count from the controller's clock, not from the clock of your browser. Times are in UTC.
help-charts = Charts
help-charts-text = The line is the mean, the band reaches from the least to the most. A gap means that there are no samples; lines are never joined over it. A thin line means that samples are missing. Nothing is drawn behind the time last heard.
help-keys = Keys
help-keys-text = Keys do nothing while you type in a field. They can be switched off in your settings.
help-trouble = When something fails
help-trouble-text = A page that fails names a request. Give that number to whoever runs the controller: the cause is in its log under the same number.
help-licences = Licence of the chart library
key-facets = go to the filters
key-filter = go to the search
key-overview = go to Overview
key-sites = go to Sites
key-nodes = go to Nodes
key-health = go to Health
key-down = next row
key-up = row before
key-open = open the row
key-ages = ages or times
key-pause = pause live updates or go on
key-help = this list

me-first = Signed in as { $name }.
me-keys = Single keys as shortcuts
me-zone = Times are shown in UTC.
session-soon = You will be signed out at { "{time}" }.
session-stay = Stay signed in
session-over = You were signed out at { "{time}" }. What you see is from before.
session-again = Sign in again
session-last = This session cannot be extended again. Sign in again before it ends.
me-session = Session
me-ends = This session ends on { $time }.
me-ends-idle = This session ends on { $time }, or on { $idle } if you ask for nothing until then.
sign-out = Sign out
sign-out-says = Signing out ends this session on this device only.
sign-in = Sign in
sign-in-first = Sign in to see the fleet.
name = Name
password = Password
error-prefix = Error:
sign-in-wrong = Could not sign in
sign-in-wrong-text = Name or password is wrong. Check both and try again.
sign-in-many = Too many tries
sign-in-many-text = Too many tries failed. Wait { $wait }, then try again.
sign-in-failed = Could not sign in
sign-in-failed-text = The controller could not check the password. Try again; if it fails again, give the request's number to whoever runs the controller.
sign-in-busy-text = Too many people sign in at this moment. Try again in a few seconds.
code = Code
code-hint = Only if you have set up a second factor: six digits, or a recovery code.
code-hint-again = Six digits of your authenticator app, or one of your recovery codes.
code-title = Your code
code-first = Name and password are right. Enter the code that your authenticator app shows.
code-other-person = Sign in as somebody else
code-over = Sign in again
code-over-text = The code took longer than five minutes or was wrong too often. Enter name and password again.
code-wrong = Could not take the code
code-wrong-text = The code is wrong. Enter the six digits that the app shows now.
code-used-text = This code was used before. Wait for the next one, half a minute at most.
code-ahead-text = The code belongs to another moment: your authenticator’s clock is about { $length } ahead of the controller’s. Set its clock by the network and take a new code.
code-behind-text = The code belongs to another moment: your authenticator’s clock is about { $length } behind the controller’s. Set its clock by the network and take a new code.
welcome-link = I was invited, or forgot my password
welcome-title = Choose your password
welcome-first = The code of your invitation lets you choose a password that nobody else has seen. Whoever forgot theirs asks an administrator for a new invitation.
welcome-name-hint = The name under which you were invited.
welcome-code = Code of the invitation
welcome-code-hint = Sixteen letters and digits in groups of four.
welcome-go = Keep the password and sign in
welcome-wrong = Could not take the invitation
welcome-wrong-text = No invitation of this name and code holds: one of them is wrong, or it is spent or over. Ask whoever invited you for a new one.
me-party = Party
me-roles = Roles
me-factor = Second factor
me-factor-off = You sign in with a password alone. Whoever learns it can sign in as you.
me-factor-set-up = Set up a second factor
me-factor-first = An authenticator app on your phone makes a code every 30 seconds. The sign-in will ask for it after the password.
me-factor-qr = QR code of your second factor
me-factor-scan = Scan this with the app.
me-factor-type = Or type this into it, with or without spaces.
me-factor-then = Then enter the code that the app shows. Only with it does the second factor begin to count.
me-factor-confirm = Confirm
me-factor-begin = Begin
me-factor-failed = Could not begin
me-factor-there = You have a second factor already.
me-factor-none = There is no second factor to confirm. Begin again.
me-recovery-renew = Make new recovery codes
me-recovery-failed = Could not make recovery codes
me-remove = Remove the second factor
me-remove-says = It needs your password and a code. The recovery codes go with it.
me-remove-failed = Could not remove the second factor
me-again = Password or code, again
me-again-hint = Your password, or the six digits of your app. It then holds for five minutes.
me-again-password-hint = It then holds for five minutes.
me-again-text = Enter your password or a code again.
me-password = Password
me-password-says = A new password ends your sessions elsewhere.
me-password-old = Password as it is now
me-password-change = Change the password
me-password-failed = Could not change the password
me-password-wrong-text = The password is wrong. Check it and try again.
me-sessions = My sessions
me-session-kind = Where
me-session-since = Since
me-session-seen = Last asked
me-session-browser = Browser
me-session-tool = Terminal
me-session-this = this one
me-session-end = End
me-session-none = This session has ended already.
me-sessions-end = End all other sessions
me-looks = Language and look
me-codes = Recovery codes
me-codes-first = Ten codes, each good once in place of a code of the app. They are shown this once.
me-codes-keep = Print this page or write them down, and keep them away from the phone.
me-codes-done = I have kept them
me-done-password = The password is changed, and your other sessions have ended.
me-done-factor-removed = The second factor is removed.
me-done-session = The session has ended.
me-done-sessions = All other sessions have ended.
me-done-token = The token is taken back. Whatever used it is refused from now on.
tokens = Tokens for programs
tokens-none = No program acts for you. A token lets a script ask the API as you, for no more than you choose.
tokens-many = { $n ->
    [one] { $n } token holds.
   *[other] { $n } tokens hold.
}
tokens-name = Name
tokens-name-hint = Which program, on which machine. Up to 64 characters.
tokens-scopes = For
tokens-used = Last used
tokens-ends = Ends
tokens-revoke = Take back
tokens-revoked = Taken back
tokens-over = Over
tokens-make = Make a token
tokens-first = A token lets a program ask the API as you: what you choose here and your roles of that moment both open. It is shown once, on the next page.
tokens-do = Make the token
tokens-days = How many days it holds
tokens-days-hint = At most { $n }.
tokens-failed = No token was made
tokens-full = You have as many tokens as a person can have. Take back one that nothing uses any more.
tokens-scopes-wrong = Choose at least one of what is offered here.
tokens-days-wrong = Write a whole number of days, from 1 to 365.
tokens-made = Your token
tokens-made-first = The token is shown this once. Nobody can read it again.
tokens-text = Token
tokens-care = Put it where the program reads it, in a file that nobody else reads. Whoever has it can do what it is for, without your password. If it is lost or seen, take it back on your page.
tokens-kept = I have kept it
scope-sites-read = Read sites
scope-sites-write = Change sites, enter places
scope-nodes-read = Read nodes, overview and live feed
scope-nodes-write = Shut nodes out
scope-tickets-read = Read tickets
scope-tickets-write = Make, approve and take back tickets
scope-parties-read = Read parties
scope-parties-write = Make and change parties
scope-people-read = Read people
scope-people-write = Lock people out and let them in
scope-items-read = Read items, donations and hand-overs
scope-items-write = Record what happens to items
scope-audit-read = Read the audit log
scope-health-read = Read the controller's health
me-factor-on = { $n ->
    [one] It is set up. { $n } recovery code is left.
   *[other] It is set up. { $n } recovery codes are left.
}
me-done-recovery-used = { $n ->
    [one] You signed in with a recovery code. { $n } is left; make new ones.
   *[other] You signed in with a recovery code. { $n } are left.
}
factor-due = Set up a second factor within { $left }; after that only your own page is open.
factor-overdue = The time to go without a second factor is over. Until you set one up, only your own page and signing out are open.
problem-second-factor = Set up a second factor first
problem-second-factor-why = This fleet wants a second factor of everybody, and the time to go without one is over.
problem-second-factor-do = Set one up with an authenticator app; everything is open again at once.
first-link = Make the first administrator
first-title = First administrator
first-first = Nobody can sign in yet. The code from the controller's console makes the first administrator.
first-code = One-time code
first-code-hint = “holdfast-controller init” printed it. It lasts 72 hours.
first-name-hint = You sign in with it.
first-password = New password
first-password-hint = At least 15 characters. A sentence of five words is one; spaces count too.
first-make = Make the administrator
first-wrong = Could not make the administrator
first-code-wrong = The code is wrong, spent or older than 72 hours. Print a new one on the controller with “holdfast-controller first-code”.
first-name-wrong = Enter a name of 1 to 64 characters.
first-password-wrong = Enter another password: at least 15 characters, not your name, not one character again and again.
first-done = There is an administrator already. Sign in.

problem-not-found = Not found
problem-not-found-why = There is nothing at this address, or it is not shown to your role.
problem-not-found-do = Check the address, or begin at the overview.
problem-forbidden = Not shown to your role
problem-forbidden-why = Your role does not include this page.
problem-forbidden-do = An administrator can give you a role that does.
problem-foreign = Sent from another site
problem-foreign-why = The browser says that this change was sent from another site's page, so it was not made.
problem-foreign-do = Open Holdfast's own page and do it there.
problem-bad-request = Not understood
problem-bad-request-why = The address or the form holds something that this page does not know.
problem-bad-request-do = Go back and try again from the page before.
problem-too-much = Too much for one page
problem-too-much-why = What was asked for is more than one chart or file may hold.
problem-too-much-do = Choose a shorter range, or narrow the list with a filter.
problem-too-many = Too many requests
problem-too-many-why = There were too many requests from here in a short time.
problem-too-many-do = Wait a minute, then refresh.
problem-failed = Could not make this page
problem-failed-why = The controller failed while it read the data. The cause is in its log under the request's number.
problem-failed-do = Refresh. If it fails again, look at Health, and give the request's number to whoever runs the controller.
problem-busy = Not ready
problem-busy-why = The controller is starting, stopping, or has too much to do.
problem-busy-do = Wait a few seconds, then refresh.

field-host_cpu_busy_percent = Processor, busy
field-host_cpu_user_percent = Processor, programs
field-host_cpu_system_percent = Processor, system
field-host_cpu_iowait_percent = Processor, waiting for disks
field-host_cpu_steal_percent = Processor, taken by the host
field-host_cpu_count = Processors
field-host_load1 = Load, 1 minute
field-host_load5 = Load, 5 minutes
field-host_load15 = Load, 15 minutes
field-host_processes = Processes and threads
field-host_context_switches_total = Context switches
field-host_memory_total_bytes = Memory, total
field-host_memory_used_bytes = Memory, used
field-host_memory_available_bytes = Memory, available
field-host_memory_cached_bytes = Memory, cached
field-host_swap_total_bytes = Swap, total
field-host_swap_used_bytes = Swap, used
field-host_open_files = Open files
field-host_uptime_seconds = Up for
field-disk_size_bytes = Disk, size
field-disk_used_bytes = Disk, used
field-disk_available_bytes = Disk, available
field-disk_inodes_used_percent = Disk, inodes used
field-disk_read_bytes_total = Disk, read
field-disk_written_bytes_total = Disk, written
field-disk_busy_ms_total = Disk, time busy
field-temperature_celsius = Temperature
field-net_receive_bytes_total = Received
field-net_transmit_bytes_total = Sent
field-net_receive_errors_total = Receive errors
field-net_transmit_errors_total = Send errors
field-net_receive_dropped_total = Dropped when received
field-net_transmit_dropped_total = Dropped when sent
field-net_carrier = Cable or radio connected
field-net_carrier_changes_total = Changes of the carrier
field-agent_resident_bytes = Agent, memory
field-agent_cpu_ms_total = Agent, processor time
field-agent_open_files = Agent, open files
field-agent_sent_bytes_total = Agent, sent
field-agent_received_bytes_total = Agent, received
field-agent_spool_records = Spool, records waiting
field-agent_spool_bytes = Spool, bytes on disk
field-link_connected = Connected
field-link_route = Carries the connection
field-link_rtt_ms = Round trip
field-link_rtt_min_ms = Round trip, least
field-link_retransmits_total = Retransmissions
field-link_reconnects_total = Connections made
field-link_outages_total = Connections lost
field-clock_synchronised = Clock synchronised
field-clock_error_ms = Clock, largest error

# Roles, and where those begin who have no overview
role-administrator = administrator
role-operator = operator
role-field_engineer = field engineer
role-back_office = back office
role-recipient = recipient
role-donor = donor
role-auditor = auditor
nav-home = Start
home-first = { $name } is signed in.
home-can = What you can do today
home-does-administrator = Manage people, parties, sites and nodes.
home-does-operator = Watch sites and nodes, and act on what needs a person.
home-does-field_engineer = Make tickets and bring nodes to life, with the command holdfast. See the sites that are assigned to you, their nodes and their equipment; record what happens to it, and hand it over.
home-does-back_office = Record donations and items, promise, pack and send them, and hand them over.
home-does-recipient = Answer what is handed over to you, see your organisation's equipment, sites and nodes, and record what happens to them.
home-does-donor = Read what became of what your organisation gave.
home-does-auditor = Read which items there are and in which state, by label and serial.
home-more = Your roles decide what is open to you. If something is missing, ask the administrator who invited you.

# Exact places
place-title = Exact place
place-first = The place is shown for 5 minutes. Your name, the time and your reason are written down. At most { $n } showings an hour.
place-none = Nobody has entered the exact place of this site. An administrator or operator can.
place-reason = What you need it for
place-reason-hint = 10 to 200 characters. Do not write the place itself.
place-show = Show exact place
place-back = Back to the site
place-hide = Hide it now
place-not-shown = The place is not shown
place-reason-wrong = Write 10 to 200 characters on one line that say what you need the place for.
place-too-many = You were shown as many places within the hour as one person may be. Ask another person who may see them, or wait.
place-shown-until = Shown until
place-latitude = Latitude, degrees north
place-longitude = Longitude, degrees east
place-note = Note
place-care = Say it aloud or write it by hand. Do not send it in a message or a picture.

# People
nav-people = People
people-first = { $n ->
    [one] { $n } person can sign in.
   *[other] { $n } people can sign in.
}
people-first-factor = { $n ->
    [0] None of them is without a second factor.
    [one] { $n } of them has no second factor.
   *[other] { $n } of them have no second factor.
}
people-first-locked = { $n ->
    [0] Nobody is locked.
    [one] { $n } person is locked.
   *[other] { $n } people are locked.
}
people-none = There is nobody here.
people-state = State
people-active = Can sign in
people-locked = Locked
people-invited = Invited
people-no-way-in = No way in
people-seen = Last sign-in
people-sessions = Sessions
people-invite = Invite a person
people-invite-first = The person chooses a password with a code that is shown once, on the next page.
people-invite-do = Make the invitation
people-back = To the people
people-name-hint = What they sign in with; it can be a code name. Up to 64 characters.
people-not-invited = Nobody was invited
people-no-roles = Choose at least one role.
people-no-party = Choose a party of the list.
people-name-taken = Another person signs in with this name, in these or other capital letters. Take another name.
people-name-wrong = Write 1 to 64 characters on one line.
people-invited-title = Invitation
people-invited-first = The code is shown this once. Nobody can read it again.
people-code = Code
people-code-ends = Good until
people-invited-waits = Their roles give exact places, so a second person signs them. Until then they can sign in and see nothing.
people-invited-care = Give it to the person yourself, by voice or on paper. They type it on the page /welcome, with their name and a new password. If it is lost, invite them again.
person-title = Person
person-first-active = { $name } can sign in, with a second factor.
person-first-bare = { $name } can sign in, without a second factor so far.
person-first-locked = { $name } is locked and cannot sign in.
person-first-invited = { $name } is invited and has not chosen a password yet.
person-first-no-way-in = { $name } has no way in: no password, and no invitation that holds.
person-first-in = First sign-in
person-invited-until = Invited until
person-audit = What this person did
person-change = Party and roles
person-unchanged = Party and roles were not changed
person-own-roles = Nobody raises their own roles. Ask another administrator.
person-last = Nobody else could manage this fleet. Make another person administrator first.
person-stale = Somebody else changed this person meanwhile. What is so now stands above; what you chose is kept below. Look at both and open the page again.
person-sites = Sites assigned
person-sites-say = A field engineer sees the nodes of sites assigned to them, and after a reason their exact places.
person-assign-which = Code name of a site
person-assign = Assign the site
person-unassign = Take back
person-not-assigned = No site was assigned
person-no-site = No site has this code name. Copy it from the list of sites.
person-no-sessions = No session is open.
person-no-tokens = There are no tokens.
person-acts = Way in
person-back = Back to the person
person-reason = Why
person-reason-hint = 10 to 200 characters, for the audit log. Do not write a place.
person-reason-wrong = Write 10 to 200 characters on one line that say why.
person-not-done = Nothing was done
person-lock-sessions = { $n ->
    [one] { $n } session ends at once.
   *[other] { $n } sessions end at once.
}
person-lock-tokens = { $n ->
    [one] { $n } token opens nothing any more.
   *[other] { $n } tokens open nothing any more.
}
person-act-lock = Lock
person-act-lock-undo = You can let the person in again at any time; their password, second factor and tokens are kept.
person-act-unlock = Let in again
person-act-unlock-first = The person can sign in again, and their tokens open what they did.
person-act-unlock-undo = You can lock the person again at any time.
person-act-sessions = End all sessions
person-act-sessions-undo = It cannot be undone; the person can sign in again.
person-act-factor = Remove the second factor
person-act-factor-first = The second factor and its recovery codes are gone; the password alone opens the way in until a new one is set up.
person-act-factor-undo = It cannot be undone; the person sets up a new one. Be sure who asks you for it: it is what a thief would ask for.
person-act-invite = Invite again
person-act-invite-first = The person chooses a new password with a code that is shown once, on the next page.
person-act-invite-undo = The old password holds until the code is used. Who has a second factor still needs it.
person-done-changed = Party and roles are changed.
person-done-lock = The person is locked.
person-done-unlock = The person can sign in again.
person-done-sessions = All sessions have ended.
person-done-factor = The second factor is removed.
person-done-assigned = The site is assigned.
person-done-unassigned = The site is taken back.
tokens-hold = Holds
parties-title = Parties
parties-first = { $n ->
    [one] { $n } party: who gives, runs, carries and receives.
   *[other] { $n } parties: who gives, runs, carries and receives.
}
parties-here = { $n ->
    [one] { $n } party on this page.
   *[other] { $n } parties on this page.
}
parties-make = Make a party
parties-change = Change a party
parties-form-first = A party is an organisation. Its name may be a code name.
parties-kind = Kind
parties-country = Country
parties-country-hint = Two letters of ISO 3166-1, such as PL, or nothing.
parties-not-kept = The party was not kept
parties-name-taken = Another party has this name, in these or other capital letters. Take another name.
parties-stale = Somebody else changed this party meanwhile. What you wrote is kept here; open the list to see what is so now.
parties-kind-wrong = Choose one of the list.
parties-country-wrong = Write two letters, such as PL, or nothing.
party-operator = operator
party-back_office = back office
party-donor = donor
party-recipient = recipient
party-carrier = carrier
proposals-title = Changes for two people
proposals-say = What tells donors more, or gives somebody exact places, is made when a second person signs it.
proposals-waiting = Only those that wait
proposals-all = All of them
proposals-none = Nothing was proposed yet. A change that takes two people appears here by itself.
proposals-none-waiting = Nothing waits for a second person.
proposal-title = Change for two people
proposal-change = Change
proposal-by = Proposed by
proposal-by-you = you
proposal-by-another = another person
proposal-made = Proposed
proposal-state = State
proposal-ends = Can be signed until
proposal-who = Can still sign
proposal-wanted-for = Wanted for
proposal-ended = Ended
proposal-ended-by = Ended by
proposal-state-waiting = waits
proposal-state-approved = signed
proposal-state-refused = refused
proposal-state-withdrawn = taken back
proposal-state-expired = not signed in time
proposal-state-overtaken = overtaken
proposal-first-sign = It waits for your signature, or that of another person. Nothing is changed yet.
proposal-first-waits = It waits for a second person. Nothing is changed yet.
proposal-first-approved = A second person signed it, and it is made.
proposal-first-refused = A second person refused it. Nothing was changed.
proposal-first-withdrawn = It was taken back. Nothing was changed.
proposal-first-expired = Nobody signed it in time. Nothing was changed; propose it again.
proposal-first-overtaken = What it was to change has changed meanwhile. Nothing was changed by it; propose it again on what is there now.
proposal-nobody = Nobody else can sign now. Invite another person with this right, an administrator for instance; once they have signed in, they can sign.
proposal-differences = What will change
proposal-before = Before
proposal-after = After
proposal-none = none
proposal-sign = Sign or refuse
proposal-sign-say = With your signature the change is made at once, under both names. A policy can be tightened again and a role taken back; what was told or shown meanwhile stays known.
proposal-approve = Sign it
proposal-refuse = Refuse it
proposal-withdraw = Take it back
proposal-back = To all changes for two people
proposal-not-done = Nothing was done
proposal-own = You proposed it. A second person signs or refuses it.
proposal-gains = You gain by it. Somebody else signs it.
proposal-is-overtaken = What it was to change has changed meanwhile. Nothing was changed by it.
proposal-over = It is over already. Nothing was changed now.
proposal-done-new = The change is proposed. It takes a second person.
proposal-done-approve = You signed it. The change is made.
proposal-done-refuse = You refused it.
proposal-done-withdraw = You took it back.
proposal-kind-donation = Change the donation { $thing }
proposal-kind-programme = Change the programme { $thing }
proposal-kind-member = Change party or roles: { $thing }
proposal-kind-assignment = Assign a site: { $thing }
proposal-kind-site-party = Give a site to a party: { $thing }
proposal-kind-showing = Show one more exact place: { $thing }
proposal-what-place = Place that donors are told
proposal-what-delay-days = How late donors are told
proposal-what-least-items = Least items that a figure points at
proposal-what-serials = Serials
proposal-what-title = Title
proposal-what-state = State
proposal-what-programme = Programme
proposal-what-title-passes = Title passes
proposal-what-shares = Shares
proposal-what-terms = Hash of the terms
proposal-what-activity = IATI activity
proposal-what-tlp = Marking
proposal-what-party = Party
proposal-what-roles = Roles
proposal-what-assigned = Site
proposal-place-none = none
proposal-place-country = the country
proposal-place-region = the region
proposal-serials-told = told
proposal-serials-not = not told
proposals-first = { $n ->
    [one] { $n } change waits for your signature.
   *[other] { $n } changes wait for your signature.
}
proposal-first-own = { $n ->
    [one] It waits for a second person; { $n } can sign. Nothing is changed yet.
   *[other] It waits for a second person; { $n } can sign. Nothing is changed yet.
}
proposal-signers = { $n ->
    [one] { $n } other person
   *[other] { $n } other people
}
proposal-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
proposal-items = { $n ->
    [one] { $n } item
   *[other] { $n } items
}
places-title = Who can see exact places
places-first = { $n ->
    [one] { $n } person can be shown exact places.
   *[other] { $n } people can be shown exact places.
}
places-first-sites = { $n ->
    [one] The place of { $n } site is known.
   *[other] The places of { $n } sites are known.
}
places-say = Each is shown one after a reason, for five minutes, at most five times an hour. Every showing is in the audit log.
places-by-person = By person
places-by-site = By site
places-nobody = Nobody can.
places-no-sites = No place is known. An administrator or operator enters one with “holdfast site place set”.
places-why = Why
places-times = Times shown
places-last = Last shown
places-people = People who can
places-every = { $role }: every site
places-these = { $role }: { $sites }
places-none-yet = { $role }: no site so far
places-no-longer = Can no longer
region-title = Region of a site
region-first = You are shown the code name, the region and the party of the site, no nearer. Your reason goes into the audit log.
region-shown = This was shown to you after your reason, which is in the audit log.
region-show = Show the region
region-not-shown = The region was not shown
nav-audit = Audit
audit-whole = The log is whole: { $entries } entries, none altered or missing, as of { $age } ago.
audit-broken = The log is not as it was written. { $entries } entries are whole; what comes behind them is not, as of { $age } ago.
audit-not-walked = Whether the log is whole has not been checked since the controller started.
audit-broken-title = Entries were altered or taken out
audit-broken-do = Keep a copy of the controller's data folder as it is. “holdfast audit verify” says which entry it is; heads that were copied away in time say until when the log was whole.
audit-check = Check the whole log now
audit-time = Time
audit-who = Who
audit-who-number = Number of the person
audit-action = Action
audit-thing = Thing
audit-result = Result
audit-reason = Reason
audit-number = Chain number
audit-previous = Hash of the entry before
audit-any = any
audit-from = From (UTC)
audit-to = To (UTC)
audit-done = done
audit-refused = refused
audit-nobody = nobody signed in
audit-person = person { $number }
audit-none-fits = No entry fits the filters.
audit-empty = Nothing has been written yet.
action-sign-in = Signed in
action-sign-out = Signed out
action-refused = Asked for what was not theirs
action-place-show = Exact place shown
action-place-enter = Exact place entered
action-region-show = Region shown
action-person-change = Party or roles changed
action-person-invite = Invited
action-person-lock = Locked
action-person-unlock = Let in again
action-token-new = Token made
action-token-revoke = Token taken back
action-export = Taken away as a file
action-restored = Restored from a backup
action-item-reveal = Secret identifiers shown

# Import: packing lists and a provider's account export.
import-title = Import
import-first = { $n ->
    [one] { $n } list waits to be committed.
   *[other] { $n } lists wait to be committed.
}
import-first-none = No list waits to be committed.
import-send = Send in a packing list
import-no-donation = No donation is recorded yet. A list belongs to a donation: record one first, with holdfast donation new.
import-donation = Donation
import-sender = Who made the list
import-sender-donor = The donor
import-custodian = Who has the things
import-custodian-sender = Who made the list
import-file = File
import-file-hint = CSV or XLSX, up to 16 MiB and 200,000 rows. Nothing is registered before you have seen every row.
import-read = Read the list
import-lists = Lists
import-none = No list has been sent in yet.
import-came = Came
import-items = Items
import-not-taken = The file was not taken
import-not-done = Nothing was done
import-state-open = Waits
import-state-committed = Registered
import-state-withdrawn = Taken back
import-state-expired = Expired
import-why-empty = The file is empty. Send the list itself.
import-why-large = The list is too large: 16 MiB, 200,000 rows, 100 columns and 10,000 items are the most. Split it.
import-why-quote = A cell does not end: a quote that opens is never closed, or a text has more than 2,000 characters. Mend it where the list was made.
import-why-bomb = The workbook unpacks to far more than a list would. Save it anew without pictures and formatting, or as CSV.
import-why-damaged = The file is damaged or not whole. Open it, save it anew, and send it again.
import-why-macros = The workbook holds macros, which are not taken. Save it as .xlsx without them, or as CSV.
import-why-kind = This is neither CSV nor an .xlsx workbook without a password. Save the list as one of them.
import-why-sheet = The workbook has no such sheet. Choose one that it has.
import-why-headings = No column is headed as KIT number, terminal id or serial. Download the export from the account anew.
import-why-known = The same file made its items for this donation already. Nothing was made again.
import-why-changed = What would be made is not what was shown: the list is read differently now, or items were registered since. Nothing was made. Look at it again.
import-why-over = The list is over. Send the file in again for another.
import-why-busy = Other lists come first at this moment. Try again in some seconds.
import-why-closed = The donation is closed. Take another donation.
import-why-donation = Choose a donation of the list.
import-why-file = Choose a file, and settings that the form offers.
import-why-other = The list cannot be taken as it is. Look at its rows.
import-list = List { $id }
import-checking = The list is being read. Every row's fate is shown when it is done.
import-committing = The items are being made. Taking the list back stops it, and nothing is kept.
import-refused = The list cannot be read.
import-withdrawn = The list was taken back. Nothing was registered.
import-expired = The list waited a day and its file is gone. Nothing was registered; send it in again.
import-committed = { $n ->
    [one] { $n } item was registered from this list.
   *[other] { $n } items were registered from this list.
}
import-ready = { $n ->
    [one] No row has a problem: { $n } new item can be registered.
   *[other] No row has a problem: { $n } new items can be registered.
}
import-problems = { $n ->
    [one] { $n } row has a problem. Nothing is registered until it is mended.
   *[other] { $n } rows have problems. Nothing is registered until they are mended.
}
import-nothing = Not one row makes a new item. Say below what the columns hold.
import-rows-done = Rows done
import-to-items = To the equipment
import-commit = Register the items
import-notes = About the file
import-rows = Rows
import-all-rows = All rows
import-row = Row
import-fate = What becomes of it
import-why = Why
import-known-by = Known by
import-files = Every row as a file:
import-models = Models
import-new = New
import-given = Given by the donation
import-registered = Registered already
import-no-line = No line
import-reading = How the list is read
import-reading-what = What you choose here is remembered for lists of this sender with the same headings, once this one is registered.
import-example = Below it:
import-field-none = Not used
import-field-model = Model
import-field-maker = Maker
import-field-gtin = GTIN
import-field-serial = Serial number
import-field-kit = KIT number
import-field-utid = Terminal id (UTID)
import-field-imei = IMEI
import-field-mac = MAC address
import-field-smbios-uuid = SMBIOS UUID
import-field-tpm-key = TPM key
import-field-disk-serial = Disk serial
import-field-ups-serial = UPS serial
import-field-quantity = Quantity
import-field-name = Name
import-field-carton = Carton
import-field-note = Note
import-means = Which model is meant by
import-no-model = None
import-model-of-rest = Model of rows that name none
import-heading-row = Row with the headings
import-sheet = Sheet
import-encoding = Encoding
import-as-found = As found
import-delimiter = Between cells
import-leave-out = What does not stop the list
import-leave-repeated = Leave out rows that are in the list twice
import-leave-registered = Leave out rows that are registered already
import-add-lines = Add a line to the donation for models without one
import-read-again = Read it again
import-remembered = Read as the last list of this sender with these headings.
import-withdraw = Take the list back
import-rows-left-out = Rows left out
import-lines-added = Lines added to the donation
import-commit-first = { $n ->
    [one] { $n } item will be registered, or nothing if something has changed since.
   *[other] { $n } items will be registered, all or none.
}
import-commit-undo = This cannot be undone in one go: what is wrong afterwards is corrected item by item.
import-commit-do = Register them now
import-back = Back to the list
import-back-to-lists = To the lists
fate-wrong-identifier = Wrong number
fate-missing-identifier = Number missing
fate-repeated = In the list twice
fate-registered = Registered already
fate-unknown-model = Model not known
fate-no-line = Not in the donation
fate-quantity-without-serials = Quantity without serials
fate-unreadable = Cell not readable
fate-left-out = Left out
fate-blank = Nothing in it
fate-new = New
finding-check-digit = The check digit of this { $what } does not fit: the last digit is { $found }, but should be { $wanted }. Read it again.
finding-form = This is not written like a { $what }.
finding-placeholder = { $text } stands where a serial should be and is none. Look on the type plate.
finding-missing = The model carries: { $what }. The row has none.
finding-repeated = { $what }: the same stands in row { $row }.
finding-registered = { $what }: item { $item } ({ $label }) carries it already.
finding-unknown-model = No model is called { $name }. Say below which is meant, or make it.
finding-several-models = Several models are called { $name }. Add the maker or the GTIN.
finding-no-model = The row names no model. Choose one for the list below.
finding-other-model = The GTIN is another model’s than the name.
finding-no-line = The donation has no line for this model.
finding-quantity = { $n ->
    [one] { $n } of them in one row. Each needs a row of its own.
   *[other] { $n } of them in one row. Each needs a row of its own.
}
finding-no-count = This is not a number of things.
finding-lost-digits = A spreadsheet cut this number to 15 digits. Enter it as text.
finding-error-value = The cell holds an error of the spreadsheet.
finding-no-value = The cell holds a formula without a stored value. Formulas are not calculated.
note-encoding = Nothing says in which encoding the file is; it is read as { $encoding }. If letters are wrong, choose another below.
note-undecodable = { $n ->
    [one] { $n } place means nothing in this encoding.
   *[other] { $n } places mean nothing in this encoding.
}
note-formulas = { $n ->
    [one] { $n } cell holds a formula, in { $cell }: its stored value is taken, nothing is calculated.
   *[other] { $n } cells hold formulas, the first in { $cell }: their stored values are taken, nothing is calculated.
}
note-merged = { $n ->
    [one] { $n } area of merged cells, in { $cell }: the text counts in its first cell alone.
   *[other] { $n } areas of merged cells, the first in { $cell }: the text counts in the first cell of each alone.
}
note-sheets = The workbook has several sheets; { $sheet } is read. Choose another below.
note-headed-alike = Columns { $first } and { $second } hold the same by their heading { $heading }; the first counts.
note-other-kind = The file is { $kind }, whatever its name says.
provider-title = Account export of a satellite provider
provider-what = For terminals without an agent: when the provider calls them active. It is the provider’s word, never more than evidence level E1.
provider-file = Export, CSV or XLSX
provider-as-of = As of (UTC)
provider-as-of-hint = When the export was made. Empty: now.
provider-send = Send the export
provider-first = { $n ->
    [one] { $text } of { $n } row names an item that is known.
   *[other] { $text } of { $n } rows name an item that is known.
}
provider-level = What the provider says is kept with each item, the newest alone. Level E1: somebody’s word.
provider-silent = Rows without an item
provider-unknown = no item carries this
provider-several = several items carry this
provider-no-identifier = no identifier that is one
provider-repeated = another row speaks of the same item
action-first-administrator = First administrator made
action-invitation-accept = Password chosen by invitation
action-password-change = Password changed
action-second-factor-on = Second factor set up
action-second-factor-off = Second factor removed
action-second-factor-remove = Another's second factor removed
action-recovery-renew = Recovery codes made
action-show-again = Asked again for password or code
action-session-end = Own session ended
action-sessions-end = Another's sessions ended
action-party-new = Party made
action-party-change = Party changed
action-site-assign = Site assigned
action-site-unassign = Site taken back
action-proposal-new = Change proposed
action-proposal-approve = Change signed
action-proposal-refuse = Change refused
action-proposal-withdraw = Change taken back
action-site-party = Site given to a party
action-ticket-new = Ticket made
action-ticket-approve = Node approved
action-ticket-revoke = Ticket taken back
action-ticket-second-key = Ticket shown by a second key
action-node-enrol = Node enrolled
action-node-revoke = Node shut out
action-inventory-new = Made in the inventory
action-inventory-change = Changed in the inventory
action-custody-record = Recorded of items
action-handover-offer = Hand-over offered
action-handover-answer = Hand-over answered
action-handover-withdraw = Hand-over taken back
