# Polski. Słowa stanów stoją tak, jak w słowniku projektu; strony same podnoszą pierwszą literę.

skip = Przejdź do treści
nav-label = Menu główne
nav-overview = Przegląd
nav-sites = Obiekty
nav-nodes = Węzły
nav-equipment = Sprzęt
nav-handovers = Przekazania
nav-donations = Darowizny
nav-donor = Moje darowizny
nav-health = Kontroler
nav-me = Moje ustawienia
nav-evidence = Potwierdzenia
nav-verify = Weryfikacja
nav-help = Pomoc
nav-menu = Menu
crumbs-label = Droga do tej strony
index-label = Na tej stronie
page-made = Strona z
refresh = Odśwież
request = Żądanie
language = Język
theme = Kolory
theme-system = Jak w systemie
theme-light = Jasne
theme-dark = Ciemne
theme-sun = Słońce
on = Włączone
off = Wyłączone
yes = tak
no = nie
save = Zapisz
never = nigdy
no-reading = brak odczytu
time-unknown = czas nieznany
nothing-recorded = nic nie zapisano
no-site = bez obiektu
the-controller = kontroler

live-on = Na żywo
live-asking = Strona jest czytana ponownie
live-paused = Aktualizacje wstrzymane
live-stopped = Aktualizacje ustały { "{time}" }; widzisz stan z tej chwili
live-changed = zmieniono
live-pause = Wstrzymaj
live-go = Wznów
live-rows = Zmian: { "{n}" }.
live-show = Pokaż

doubt = { $why } Wszystkie stany podano na { $time }.
doubt-just_started = Kontroler właśnie się uruchomił i czeka na następne raporty węzłów.
doubt-database = Kontroler nie ma dostępu do swojej bazy danych.
doubt-clock = Zegar kontrolera budzi wątpliwości.
doubt-link = Własne łącze kontrolera budzi wątpliwości.
doubt-other = Kontroler nie ufa sam sobie ({ $code }).

state-ok = działa
state-degraded = działa z ograniczeniami
state-down = nie działa
state-no_report = brak raportu
state-planned_silence = planowana cisza
state-maintenance = prace serwisowe
state-not_yet_seen = jeszcze się nie zgłosił
state-revoked = unieważniono
state-not_known = nie wiadomo
late = spóźnia się
was = było: { $state }

means-ok = Raportuje zgodnie z obietnicą i nic złego się nie dzieje.
means-degraded = Raportuje i sam podaje, że coś jest nie tak.
means-down = Powiedział to ktoś, kto może to widzieć: sam węzeł, jego terminal, zasilanie albo sąsiad.
means-no_report = Obiecany czas raportu i zapas po nim minęły. Sama cisza nie znaczy, że węzeł nie działa; obok stoi to, co było wiadomo ostatnio.
means-planned_silence = Milczy na polecenie. W czasie planowanej ciszy alarmem jest raport, który przyszedł.
means-maintenance = Ktoś przy nim pracuje.
means-not_yet_seen = Jest zarejestrowany, ale nigdy nie przysłał raportu.
means-revoked = Jego certyfikat nie jest już przyjmowany.
means-not_known = Kontroler nie ufa sam sobie; ostatnie słowo obowiązuje na podany czas.

says-plain = { $state }.
says-never = { $state }. Nie było żadnego raportu.
says-heard = { $state }. Ostatni raport { $age } temu.
says-heard-late = { $state }, spóźnia się. Ostatni raport { $age } temu.
says-silent = { $state } od { $age }.
says-silent-was = { $state } od { $age }, było: { $was }.
says-site = Obiekt { $site }.
says-warnings = { $n ->
    [one] { $n } ostrzeżenie.
    [few] { $n } ostrzeżenia.
    [many] { $n } ostrzeżeń.
   *[other] { $n } ostrzeżenia.
}

count-sites = { $n ->
    [one] { $n } obiekt
    [few] { $n } obiekty
    [many] { $n } obiektów
   *[other] { $n } obiektu
}
count-nodes = { $n ->
    [one] { $n } węzeł
    [few] { $n } węzły
    [many] { $n } węzłów
   *[other] { $n } węzła
}
count-outages = { $n ->
    [one] { $n } przerwa w łączności
    [few] { $n } przerwy w łączności
    [many] { $n } przerw w łączności
   *[other] { $n } przerwy w łączności
}
count-starts = { $n ->
    [one] { $n } uruchomienie
    [few] { $n } uruchomienia
    [many] { $n } uruchomień
   *[other] { $n } uruchomienia
}
count-attempts = { $n ->
    [one] { $n } próba
    [few] { $n } próby
    [many] { $n } prób
   *[other] { $n } próby
}
count-rows = { $n ->
    [one] { $n } wiersz
    [few] { $n } wiersze
    [many] { $n } wierszy
   *[other] { $n } wiersza
}
shown-sites = { $n ->
    [one] { $shown } z { $n } obiektu
   *[other] { $shown } z { $n } obiektów
}
shown-nodes = { $n ->
    [one] { $shown } z { $n } węzła
   *[other] { $shown } z { $n } węzłów
}
shown-needs = { $shown } z { $n }

filter-label = Filtry
filter-all = Wszystkie
clear-filters = Wyczyść filtry
pager-label = Strony listy
pager-next = Dalej
pager-back = Wstecz
pager-first = Pierwsza strona
filter-more = Więcej filtrów
filter-left-out = { $n ->
    [one] { $n } wartości tu nie pokazano; znajdzie ją wyszukiwanie.
    [few] { $n } wartości tu nie pokazano; znajdzie je wyszukiwanie.
    [many] { $n } wartości tu nie pokazano; znajdzie je wyszukiwanie.
   *[other] { $n } wartości tu nie pokazano; znajdzie je wyszukiwanie.
}
by-word = stan „{ $state }”
by-region = region { $region }
by-agent = agent { $agent }
by-site = obiekt { $site }
by-text = tekst „{ $text }”
no-region = bez regionu
map-title = Mapa obiektów
map-list = Wszystkie obiekty jako lista
map-link = Mapa
map-regions = W { $n ->
    [one] { $n } regionie.
    [few] { $n } regionach.
    [many] { $n } regionach.
   *[other] { $n } regionu.
}
map-label = Obiekty według regionów Ukrainy
map-region = { $region }: { $sites }, { $worst }
map-how = Liczba mówi, ile obiektów ma region, znak to najpilniejszy stan wśród nich. Tabela mówi to samo.
map-source = Kształty: @svg-maps/ukraine, według mapsvg.com, uproszczone;
region-ua-05 = obwód winnicki
region-ua-07 = obwód wołyński
region-ua-09 = obwód ługański
region-ua-12 = obwód dniepropetrowski
region-ua-14 = obwód doniecki
region-ua-18 = obwód żytomierski
region-ua-21 = obwód zakarpacki
region-ua-23 = obwód zaporoski
region-ua-26 = obwód iwanofrankiwski
region-ua-30 = miasto Kijów
region-ua-32 = obwód kijowski
region-ua-35 = obwód kirowohradzki
region-ua-40 = miasto Sewastopol
region-ua-43 = Krym
region-ua-46 = obwód lwowski
region-ua-48 = obwód mikołajowski
region-ua-51 = obwód odeski
region-ua-53 = obwód połtawski
region-ua-56 = obwód rówieński
region-ua-59 = obwód sumski
region-ua-61 = obwód tarnopolski
region-ua-63 = obwód charkowski
region-ua-65 = obwód chersoński
region-ua-68 = obwód chmielnicki
region-ua-71 = obwód czerkaski
region-ua-74 = obwód czernihowski
region-ua-77 = obwód czerniowiecki
by-regions = Według regionów
groups-flat = Pokaż wszystko jako jedną listę
col-worst = Najgorszy stan
col-was = Było
col-sites = Obiekty
show-times = Pokaż czas
show-ages = Pokaż wiek
order = Kolejność
order-by = Uporządkuj według
apply = Zastosuj
columns = Kolumny
columns-shown = Widoczne kolumny
file-as = Jako plik:
file-place = Dokładność miejsca
file-place-region = region; bez dokładnego miejsca
file-filter = Filtr
file-no-filter = brak
views = Zapisane widoki
views-full = Więcej widoków tej listy się nie zachowuje. Usuń jeden, aby zapisać inny.
view-name = Nazwa tego widoku
view-keep = Zapisz ten widok
view-drop = Usuń
wall = Widok ścienny
wall-open = Widok ścienny na duży ekran
wall-close = Opuść widok ścienny
wall-more = { $n ->
    [one] I jeszcze { $n }.
    [few] I jeszcze { $n }.
    [many] I jeszcze { $n }.
   *[other] I jeszcze { $n }.
}
empty-filters = { $n ->
    [one] Nic nie pasuje: { $filters }. Bez filtrów: { $n }.
    [few] Nic nie pasuje: { $filters }. Bez filtrów: { $n }.
    [many] Nic nie pasuje: { $filters }. Bez filtrów: { $n }.
   *[other] Nic nie pasuje: { $filters }. Bez filtrów: { $n }.
}
search = Szukaj
search-nodes = Kod węzła lub obiekt
search-sites = Nazwa obiektu
empty-end = Dalej nic nie ma.
list-empty-first = Nic tu jeszcze nie ma.

overview-needs = { $n ->
    [0] Nic nie wymaga twojej uwagi.
    [one] { $n } sprawa wymaga twojej uwagi.
    [few] { $n } sprawy wymagają twojej uwagi.
    [many] { $n } spraw wymaga twojej uwagi.
   *[other] { $n } sprawy wymaga twojej uwagi.
}
overview-empty = Nie zarejestrowano jeszcze żadnego węzła.
queue = Co wymaga twojej uwagi
queue-empty = Nic nie wymaga twojej uwagi. Gdy węzeł zamilknie albo zgłosi, że coś jest nie tak, pojawi się tutaj.
col-priority = Priorytet
col-what = Co
col-where = Gdzie
col-since = Od kiedy
col-next = Następny krok
need-no-report = Brak raportu. Poprzedni stan nieznany.
need-no-report-was = Brak raportu, było: { $was }.
need-approval = Węzeł czeka na zatwierdzenie. Porównaj kod { $code } z kodem na węźle.
need-lost = { $n ->
    [one] { $n } zapis utracono na zawsze.
    [few] { $n } zapisy utracono na zawsze.
    [many] { $n } zapisów utracono na zawsze.
   *[other] { $n } zapisu utracono na zawsze.
}
need-controller = Obejrzyj sprawdzenie kontrolera „{ $check }”.
next-health = Otwórz stan kontrolera
next-node = Otwórz węzeł { $node }
next-site = Otwórz obiekt
next-nodes = Otwórz węzły

reason-disk = Dysk { $mount } jest zajęty w { $used }.
reason-memory = Pamięć jest zajęta w { $used }.
reason-hot = Czujnik { $sensor } pokazuje { $heat }.
reason-probe = Pomiar { $probe } się nie udaje: { $why }.
reason-clock = Zegar nie jest zsynchronizowany.
reason-backlog = { $n ->
    [one] { $n } zapis czeka na wysłanie.
    [few] { $n } zapisy czekają na wysłanie.
    [many] { $n } zapisów czeka na wysłanie.
   *[other] { $n } zapisu czeka na wysłanie.
}

sites-first = { $n ->
    [0] Żaden obiekt nie wymaga uwagi.
    [one] { $n } obiekt wymaga uwagi.
    [few] { $n } obiekty wymagają uwagi.
    [many] { $n } obiektów wymaga uwagi.
   *[other] { $n } obiektu wymaga uwagi.
}
sites-none = Nie ma jeszcze obiektów. Obiekt pojawia się z pierwszym biletem, który go wymienia.
nodes-first = { $n ->
    [0] Żaden węzeł nie wymaga uwagi.
    [one] { $n } węzeł wymaga uwagi.
    [few] { $n } węzły wymagają uwagi.
    [many] { $n } węzłów wymaga uwagi.
   *[other] { $n } węzła wymaga uwagi.
}
nodes-none = Nie ma jeszcze węzłów. Utwórz bilet poleceniem „holdfast ticket new” i zarejestruj nim pierwszy węzeł.
site-no-nodes = W tym obiekcie nie ma węzła. Utwórz bilet, który go wymienia, i zarejestruj tam węzeł.
col-status = Stan
col-site = Obiekt
col-region = Region
col-strip = Ostatnie 24 h
col-heard = Ostatni raport
col-nodes = Węzły
col-backlog = Zaległe dane (zapisy)
col-lost = Utracono (zapisy)
col-node = Węzeł
col-route = Interfejs
col-rtt = Czas obiegu
col-agent = Agent

items-first = { $n ->
    [0] Żadna sztuka nie wymaga uwagi.
    [one] { $n } sztuka wymaga uwagi.
    [few] { $n } sztuki wymagają uwagi.
    [many] { $n } sztuk wymaga uwagi.
   *[other] { $n } sztuki wymaga uwagi.
}
items-attention = Wymaga uwagi
items-not-shown = Twojej roli nie pokazano: { $what }. Widzą to zaplecze i operatorzy.
items-none = Nie zarejestrowano żadnej sztuki. Zarejestruj pierwszą lub zeskanuj etykietę.
items-none-yours = Nie ma jeszcze sztuk, które możesz widzieć. Tu pojawia się to, co przydzielono lub przekazano Twojej organizacji albo pracuje w Twoich obiektach.
items-short = Aby wyszukać, wpisz co najmniej 3 znaki.
search-items = Kod, nazwa lub numer seryjny
item-offered = czeka na przyjęcie
item-offered-to = zaoferowano: { $taker }
item-long = dłużej niż zwykle
item-new = Zarejestruj sztuki
col-item = Sztuka
col-item-state = Stan
col-code = Kod
col-model = Model
col-programme = Program
col-donation = Darowizna
col-custodian = Osoba odpowiedzialna
col-container = Kontener
col-last-event = Ostatnie zdarzenie
col-offered = Zaoferowano
file-place-none = bez miejsca
item-state-registered = zarejestrowano
item-state-allocated = przydzielono
item-state-packed = spakowano
item-state-in_transit = w drodze
item-state-received = dotarło
item-state-accepted = przyjęto
item-state-in_store = w magazynie
item-state-in_service = w eksploatacji
item-state-removed = zdjęto
item-state-in_repair = w naprawie
item-state-returned = zwrócono
item-state-retired = wycofano
item-state-lost = utracono
item-state-stolen = skradziono
item-state-destroyed = zniszczono
label-title = Zarejestrowana pomoc
label-first = Ta etykieta należy do sprzętu zarejestrowanego w Holdfast.
label-found = Jeśli go znalazłeś: nie otwieraj i nie włączaj. Powiadom organizację, której nazwa jest na sprzęcie, lub lokalne władze i podaj im kod z etykiety.
label-not-said = Do kogo należy i gdzie jest jego miejsce, tu nie podano. Ta strona jest taka sama dla każdego kodu.
label-yours = Jeśli pracujesz z tym sprzętem, zaloguj się, aby do niego przejść.
shown-items = { $n ->
    [one] { $shown } z { $n } sztuki
    [few] { $shown } z { $n } sztuk
    [many] { $shown } z { $n } sztuk
   *[other] { $shown } z { $n } sztuki
}

items-back = Wróć do sprzętu
item-back = Wróć do sztuki
item-first = { $state }, od { $since }.
item-first-with = { $state }: { $custodian }, od { $since }.
item-first-at = { $state }: { $custodian }, region { $region }, od { $since }.
item-done-registered = Zarejestrowano. Wydrukuj etykietę i naklej.
item-done-recorded = Zapisano.
item-done-voided = Zdarzenie już się nie liczy. Oba zapisy zostają w łańcuchu.
item-done-changed = Zmieniono.
item-promised = Przydzielono dla
item-change = Zmień nazwę lub pozycję
item-change-first = Jak się ją nazywa i z której pozycji darowizny pochodzi. Stan zmieniają tylko zdarzenia.
item-change-failed = Nie udało się zmienić sztuki
item-name = Nazwa
item-name-hint = Jak się ją nazywa, na przykład „Terminal 7”.
item-name-wrong = Wpisz nazwę do 200 znaków w jednym wierszu.
item-line = Pozycja darowizny
item-no-line = brak
item-label = Etykieta
item-label-first = Wydrukuj tę stronę i naklej etykietę na sztukę. Kod nic nie mówi obcym.
item-label-qr = Adres etykiety jako kod QR
item-label-says = Telefon otwiera adres i przechodzi do sztuki, jeśli osoba jest zalogowana.
item-record = Zapisz, co się stało
item-record-which = Wybierz, co się stało. Jedno zdarzenie na stronę.
item-record-can = Co można teraz zapisać:
item-record-none = Teraz nie możesz nic zapisać o tej sztuce.
item-record-not = Czego teraz nie można zapisać i dlaczego
item-chain = Łańcuch odpowiedzialności
item-void = Cofnij najnowsze zdarzenie
item-void-first = Najnowsze zdarzenie przestanie się liczyć. Nic nie jest usuwane: łańcuch pokazuje oba zapisy.
item-void-says = Tego nie można cofnąć. Potem zapisz właściwe zdarzenie.
item-void-nothing = Tu nie możesz nic cofnąć. Można tylko najnowsze zdarzenie: ten, kto je zapisał, lub zaplecze; zdarzenia przekazania nie.
void-event = Zdarzenie
void-recorded = Zapisano
void-reason = Dlaczego
void-did_not_occur = To się nie stało
void-incorrect_data = Stało się inaczej
item-identifiers = Identyfikatory
item-identifiers-none = Nie ma takich, które widzisz.
identifier-masked = ukryto
item-reveal = Pokaż ukryte
item-reveal-first = Powód zostanie zapisany z Twoim imieniem, zanim cokolwiek zostanie pokazane.
item-reveal-failed = Nic nie pokazano
item-reveal-not = Ukryte pokazuje się operatorom, a inżynierom terenowym i odbiorcom to, co ich.
item-revealed = Co było ukryte
item-revealed-first = Pokazano raz, z podanego powodu. Opuść stronę po przeczytaniu.
item-deployments = Gdzie pracowała
deployment-now = do teraz
left-out-free_text = nazwy i notatki
left-out-parties = darowizna i program
left-out-custodian = osoba odpowiedzialna
left-out-site = obiekt i region
step-from-to = Od: { $giver }, dla: { $taker }
step-from = Od: { $giver }
step-to = Dla: { $taker }
step-at = W obiekcie { $site }
step-at-region = W obiekcie { $site }, region { $region }
step-recorded = Zapisano { $time }.
step-recorded-by = Zapisano { $time }: { $by }.
step-voided = nie liczy się
step-handover = Przekazanie
handover-from-to = { $giver } → { $taker }
handover-offer = Przekaż
event-registered = Zarejestrowano
event-allocated = Przydzielono
event-deallocated = Przydział cofnięto
event-packed = Spakowano
event-unpacked = Rozpakowano
event-departed = Wysłano
event-arrived = Dotarło
event-accepted = Przyjęto
event-returned = Zwrócono
event-differed = Nie przyjęto
event-stored = Przyjęto do magazynu
event-deployed = Oddano do eksploatacji
event-removed = Zdjęto z eksploatacji
event-sent_to_repair = Oddano do naprawy
event-repaired = Naprawiono
event-retired = Wycofano
event-lost = Utracono
event-stolen = Skradziono
event-found = Znaleziono
event-destroyed = Zniszczono
event-counted = Policzono
event-voided = Cofnięto
event-says-allocated = Sztukę przydzielono organizacji. Zostaje tam, gdzie jest.
event-says-deallocated = Sztuka nie jest już nikomu przydzielona.
event-says-packed = Sztuka jest w kontenerze lub spakowana osobno.
event-says-unpacked = Sztuka jest poza kontenerem i w magazynie.
event-says-departed = Sztuka wyruszyła i jest w drodze.
event-says-arrived = Sztuka jest tam, dokąd ją wysłano; nikt jej tam jeszcze nie przyjął.
event-says-stored = Sztuka jest przechowywana i nie jest używana.
event-says-deployed = Odtąd sztuka pracuje w obiekcie.
event-says-removed = Sztuka nie pracuje już w obiekcie.
event-says-sent_to_repair = Ktoś naprawia sztukę.
event-says-repaired = Sztuka znów działa i jest w magazynie.
event-says-retired = Sztuka jest wycofana na stałe. Potem nic nie można o niej zapisać.
event-says-lost = Nikt nie wie, gdzie jest sztuka. Zmieni to tylko jej znalezienie.
event-says-stolen = Sztukę skradziono. Zmieni to tylko jej znalezienie.
event-says-found = Sztuka znów jest, w organizacji, w magazynie.
event-says-destroyed = Sztuki jako rzeczy już nie ma. Potem nic nie można o niej zapisać.
event-says-counted = Ktoś widział sztukę na jej miejscu. Stan się nie zmienia.
event-not-your-part = Twoje role tego nie zapisują.
event-not-held = Tylko o tym, co ma Twoja organizacja.
event-only-when = Tylko o sztuce w stanie: { $states }.
record-party = Komu
record-custodian = Kto ją teraz ma
record-by-itself = spakowano osobno
record-site = Obiekt
record-site-hint = Nazwa kodowa, na przykład „Brzoza 114”.
record-site-wrong = Wpisz nazwę kodową obiektu, który widzisz, litera w literę.
record-node = Węzeł
record-node-hint = Kod komputera, w którym lub jako który pracuje. Zostaw puste, jeśli go nie ma.
record-node-wrong = Wpisz kod węzła: osiem liter i cyfr.
record-happened = Kiedy się stało
record-happened-hint = Data i czas UTC. Puste oznacza teraz.
record-happened-wrong = Wpisz datę i czas UTC, na przykład 2026-11-24 14:02, albo nic.
record-note = Notatka
record-note-hint = Do 500 znaków. Bez miejsca dokładniejszego niż obiekt.
record-note-wrong = Wpisz notatkę do 500 znaków.
record-do = Zapisz
record-failed = Nic nie zapisano
form-optional = (można zostawić puste)
form-choose = wybierz
form-choose-one = Wybierz jedno.
form-next = Dalej
form-both = Co zostało wysłane obok tego, co jest
form-field = Pole
form-yours = Wysłano
form-there = Jest teraz
form-was-other = inny stan
refused-custody_state = To nie może się stać ze sztuką w jej obecnym stanie. Sprawdź stan i to, co można zapisać.
refused-custody_earlier = Zapisano już coś późniejszego. Najpierw to cofnij albo wpisz późniejszy czas.
refused-custody_future = Ten czas jeszcze nie nadszedł. Zapisz, gdy się stanie.
refused-custody_nothing_to_void = To zdarzenie już się nie liczy. Ktoś mógł je już cofnąć.
refused-custody_not_newest = Można cofnąć tylko najnowsze zdarzenie. Najpierw cofnij późniejsze.
refused-custody_foundation = Rejestracji nie można cofnąć. Wycofaj sztukę, podając powód w notatce.
refused-by_handover = To zapisują tylko dwie strony przekazania. Zaoferuj je.
refused-not_your_part = Twoje role tego nie zapisują. Poproś kogoś, kogo role zapisują.
refused-not_in_custody = Twoja organizacja nie ma tej sztuki. Zapisuje ten, kto ją ma.
refused-node_elsewhere = Ten węzeł zarejestrowano dla innego obiektu. Podaj tamten obiekt albo zarejestruj węzeł dla tego.
refused-identifier_taken = Inna sztuka ma już jeden z tych identyfikatorów. Sprawdź obie tabliczki.
refused-taken = Nazwa lub numer, który musi być jedyny, jest zajęty. Wybierz inny.
refused-missing_reference = Czegoś, do czego to się odnosi, już nie ma. Otwórz formularz od nowa.
refused-handover_over = To przekazanie jest już zakończone.
refused-handover_not_yours = To nie dla Twojej strony przekazania. Na Twoją ofertę odpowiada ktoś inny po stronie odbierającej.
refused-handover_in_another = Jedna z tych sztuk czeka w innym przekazaniu. Najpierw je zakończ.
refused-handover_state = Jednej z tych sztuk nie można przekazać w jej stanie. To, co w eksploatacji, najpierw się zdejmuje.
refused-stale = Ktoś to w międzyczasie zmienił. Sprawdź, co jest teraz, i wyślij ponownie, jeśli nadal się zgadza.
refused-other = Nie udało się. Sprawdź każde pole i spróbuj ponownie.
items-new-first = Wybierz model i liczbę. Dłuższe listy przez list przewozowy.
items-new-of = Wpisz, co jest na tabliczce każdej sztuki { $model }. Rejestrowane są wszystkie albo żadna.
items-many = Ile
items-many-wrong = { $n ->
    [one] Wpisz liczbę od 1 do { $n }.
    [few] Wpisz liczbę od 1 do { $n }.
    [many] Wpisz liczbę od 1 do { $n }.
   *[other] Wpisz liczbę od 1 do { $n }.
}
items-number = { $n ->
    [one] Sztuka { $n }
    [few] Sztuka { $n }
    [many] Sztuka { $n }
   *[other] Sztuka { $n }
}
items-new-failed = Nic nie zarejestrowano
items-no-model = Nie ma jeszcze modelu, a każda sztuka jest jakiegoś modelu.
items-no-model-do = Utwórz go poleceniem „holdfast model new” albo zaimportuj list przewozowy.
items-other-model = Inny model lub liczba
identifier-serial = Numer seryjny
identifier-kit = Numer KIT
identifier-utid = UTID
identifier-imei = IMEI
identifier-mac = Adres MAC
identifier-smbios_uuid = SMBIOS UUID
identifier-tpm_key = Skrót klucza TPM
identifier-disk_serial = Numer seryjny dysku
identifier-ups_serial = Numer seryjny UPS
identifier-form-serial = Wpisz numer seryjny producenta: od 1 do 64 liter, cyfr i znaków.
identifier-form-kit = Wpisz numer KIT: KIT i co najmniej 8 cyfr.
identifier-form-utid = Wpisz UTID tak, jak pokazuje go terminal.
identifier-form-imei = Wpisz IMEI: 15 cyfr.
identifier-form-mac = Wpisz adres MAC: 12 cyfr szesnastkowych.
identifier-form-smbios_uuid = Wpisz UUID: 32 cyfry szesnastkowe.
identifier-form-tpm_key = Wpisz skrót klucza TPM: 64 cyfry szesnastkowe.
identifier-form-disk_serial = Wpisz numer seryjny dysku: od 1 do 64 liter, cyfr i znaków.
identifier-form-ups_serial = Wpisz numer seryjny UPS: od 1 do 64 liter, cyfr i znaków.
identifier-check-digit = Cyfra kontrolna nie pasuje: ostatnia cyfra to { $found }, a powinna być { $wanted }. Odczytaj ponownie.
identifier-placeholder = „{ $text }” zostawił producent zamiast numeru. Sprawdź tabliczkę.
identifier-missing = Odczytaj z tabliczki: ma go każda sztuka tego modelu.
identifier-twice = Inna sztuka na tej stronie ma taki sam. Sprawdź obie tabliczki.

handovers-back = Wróć do przekazań
handover-back = Wróć do przekazania
handovers-first = { $n ->
    [0] Żadne przekazanie na Ciebie nie czeka.
    [one] Czeka na Ciebie { $n } przekazanie.
    [few] Czekają na Ciebie { $n } przekazania.
    [many] Czeka na Ciebie { $n } przekazań.
   *[other] Czeka na Ciebie { $n } przekazania.
}
handovers-open = Czekające
handovers-none = Nie ma jeszcze przekazań. Zaoferuj pierwsze albo poczekaj, aż ktoś zaoferuje Tobie.
handovers-none-open = Żadne nie czeka na odpowiedź.
handover-title = Przekazanie
handover-sides = Od kogo dla kogo
handover-yours = czeka na Ciebie
handover-offered = Zaoferowano
handover-ends = Ważne do
handover-said = Odpowiedź
handover-first-open = Czeka na odpowiedź do { $time }.
handover-first-ended = { $outcome }, { $time }.
handover-is-offered = Zaoferowano
handover-is-expired = Bez odpowiedzi w terminie
handover-is-withdrawn = Wycofano
handover-is-accepted = Przyjęto
handover-is-accepted_with_differences = Przyjęto z rozbieżnościami
handover-is-refused = Odrzucono
handover-done-offered = Zaoferowano. Odbiorca widzi to od razu.
handover-done-answered = Odpowiedź zapisano. Za to, co przyjęto, odpowiadasz teraz Ty.
handover-done-withdrawn = Wycofano. Nic nie przeszło.
handover-delivery = Dostawa
handover-return = Zwrot
handover-purpose = Cel
handover-giver = Kto przekazuje
handover-giver-hint = Darczyńcy i przewoźnicy nie muszą się logować: oferujesz za nich, we własnym imieniu.
handover-taker = Kto przyjmuje
handover-items = Sztuki
handover-items-hint = Kod z etykiety lub numer seryjny każdej, po jednym w wierszu.
handover-items-none = Wpisz co najmniej jedną sztukę.
handover-item-unknown = „{ $text }” nie jest kodem ani numerem seryjnym jednej sztuki, którą widzisz. Odczytaj etykietę ponownie.
handover-not-theirs = Przekazujący nie ma jednej z tych sztuk. Sprawdź, kto ją ma.
handover-days = Dni na odpowiedź
handover-days-hint = Od 1 do 90. Potem oferta wygasa.
handover-days-wrong = Wpisz liczbę dni od 1 do 90.
handover-offer-first = Przyjmujący odpowiada na każdą pozycję. Do tego czasu za sztuki odpowiadasz Ty.
handover-offer-do = Zaoferuj
handover-failed = Nic nie zapisano
handover-answer = Odpowiedz
handover-answer-first = { $n ->
    [one] Powiedz o { $n } sztuce, co jest na miejscu.
    [few] Powiedz o każdej z { $n } sztuk, co jest na miejscu.
    [many] Powiedz o każdej z { $n } sztuk, co jest na miejscu.
   *[other] Powiedz o każdej z { $n } sztuki, co jest na miejscu.
}
handover-answer-says = Za to, co przyjmiesz, odtąd odpowiadasz Ty. Odpowiedzi nie można zmienić; to, co przyjęto przez pomyłkę, przekazuje się z powrotem.
handover-answer-do = Wyślij odpowiedź
handover-answer-all = Wszystko bez odpowiedzi jest i nieuszkodzone
handover-not-answered = Odpowiedzi nie wysłano
handover-cannot-answer = Nie Ty odpowiadasz na to przekazanie: jest zakończone, zaoferowane przez Ciebie lub dla kogoś innego.
handover-withdraw = Wycofaj
handover-withdraw-first = { $n ->
    [one] Oferta { $n } sztuki skończy się bez odpowiedzi. Można ją zaoferować ponownie.
    [few] Oferta { $n } sztuk skończy się bez odpowiedzi. Można je zaoferować ponownie.
    [many] Oferta { $n } sztuk skończy się bez odpowiedzi. Można je zaoferować ponownie.
   *[other] Oferta { $n } sztuki skończy się bez odpowiedzi. Można ją zaoferować ponownie.
}
handover-cannot-withdraw = Nie możesz tego wycofać: jest zakończone lub zaoferowała je druga strona.
handover-over-title = Przyszło spoza listy
handover-over = Co przyszło spoza listy
handover-over-hint = Tak jak na etykiecie, po jednym w wierszu.
handover-over-wrong = Wpisz do 100 wierszy do 200 znaków.
line-said = Co z nią
line-words = Słowami
line-words-missing = Powiedz, co jest uszkodzone.
line-words-long = Wpisz do 200 znaków.
line-missing = Powiedz, co stało się z tą sztuką.
line-waits = czeka
line-accepted = jest, przyjęto
line-accepted_damaged = uszkodzona, przyjęto
line-short = brak
line-wrong_serial = zamiast niej inna
line-damaged = uszkodzona, nie przyjęto
line-refused = jest, nie przyjęto

donations-first = Najpierw najnowsze.
donations-many = { $n ->
    [0] Brak darowizn.
    [one] { $n } darowizna.
    [few] { $n } darowizny.
    [many] { $n } darowizn.
   *[other] { $n } darowizny.
}
donations-none = Nie zapisano żadnej darowizny. Zapisz pierwszą poleceniem „holdfast donation new”.
donations-nothing = Żadna darowizna nie pasuje. Wyczyść filtry, aby zobaczyć wszystkie.
donation-one = Darowizna
donation-title = Tytuł
donation-donors = Darczyńcy
donation-made = Zapisano
donation-draft = Szkic
donation-agreed = Uzgodniono
donation-closed = Zamknięto
donation-few = podano łącznie
donation-share = { $donor }: { $share }
donation-title-passes = Własność przechodzi
donation-items = Jej sztuki
donation-first = W eksploatacji { $working } z { $given } ({ $share }), stan na { $time }.
donation-first-few = Przekazano sztuk: { $given }, stan na { $time }. O kilku z nich podano łącznie.
donation-late = Liczby według stanu na { $time }, jak uzgodniono. Żadna nie wskazuje na mniej niż { $least } sztuk.
title-on_acceptance = gdy odbiorca przyjmuje
title-on_agreement = gdy uzgodniono
title-never = nigdy: to wypożyczenie
rule-title = Czego dowiadują się darczyńcy
rule = Darczyńcy dowiadują się: { $place }, { $days }, { $least }, { $serials }.
rule-place-none = bez miejsca
rule-place-country = kraj
rule-place-region = region
rule-days = { $n ->
    [0] bez opóźnienia
    [one] z opóźnieniem { $n } dnia
    [few] z opóźnieniem { $n } dni
    [many] z opóźnieniem { $n } dni
   *[other] z opóźnieniem { $n } dnia
}
rule-least = { $n ->
    [one] w grupach od { $n }
    [few] w grupach od { $n }
    [many] w grupach od { $n }
   *[other] w grupach od { $n }
}
rule-serials = z numerami seryjnymi
rule-no-serials = bez numerów seryjnych
lines-title = Co się z tym stało
lines-line = Pozycja
lines-none = Nie ma jeszcze pozycji.
lines-says = Suma
lines-total = Wszystko, policzone raz
lines-once = Każda darowizna policzona jest raz, niezależnie od tego, kto ją dzieli.
lines-explained = Przekazano to, co mówi darowizna; części to zarejestrowane sztuki według tego, co zapisali o nich ludzie. Utracone obejmują też skradzione.
line-together = Łącznie { $items }: { $parts }.
line-few = Zarejestrowano zbyt mało, aby podać ile lub gdzie są.
line-over = { $n ->
    [one] Zarejestrowano o { $n } więcej, niż przekazano.
    [few] Zarejestrowano o { $n } więcej, niż przekazano.
    [many] Zarejestrowano o { $n } więcej, niż przekazano.
   *[other] Zarejestrowano o { $n } więcej, niż przekazano.
}
line-adds-up = Razem { $sum }.
line-does-not-add-up = Suma się nie zgadza. Powiadom prowadzącego kontroler.
part-together = podano łącznie z innymi
part-given = Przekazano
part-not_registered = Niezarejestrowane
part-on_the_way = W drodze
part-accepted = Przyjęte
part-in_service = W eksploatacji
part-in_repair = W naprawie
part-lost = Utracone
part-returned = Zwrócone
part-written_off = Wycofane
donor-nothing = Nie zapisano jeszcze nic, co przekazała Twoja organizacja.
donor-none = Gdy zaplecze zapisze darowiznę z udziałem Twojej organizacji, pojawi się tutaj.
donor-how = Jak to czytać
donor-not-confirmed = Niepotwierdzone znaczy, że nie dotarł do nas raport; nie znaczy utracone. Wiele rzeczy nie ma komputera, który mógłby raportować: wtedy w eksploatacji to słowa ludzi.
donor-not-shown = Nie pokazano tu miejsca, osób odpowiedzialnych, numerów seryjnych ani pojedynczych sztuk. Część, która wskazałaby na kilka sztuk, podano łącznie z następną.
programmes = Programy
programmes-first = { $n ->
    [0] Brak programów.
    [one] { $n } program na tej stronie.
    [few] { $n } programy na tej stronie.
    [many] { $n } programów na tej stronie.
   *[other] { $n } programu na tej stronie.
}
programmes-none = Nie zapisano żadnego programu. Darowizna może być bez programu.
programme-nothing = W tym programie nic jeszcze nie przekazano.
programme-tlp = Oznaczenie
programme-activity = Działanie IATI
models = Modele
models-first = { $n ->
    [0] Brak modeli.
    [one] { $n } model na tej stronie.
    [few] { $n } modele na tej stronie.
    [many] { $n } modeli na tej stronie.
   *[other] { $n } modelu na tej stronie.
}
models-none = Nie zapisano żadnego modelu. Utwórz go poleceniem „holdfast model new” albo zaimportuj list przewozowy.
model-category = Kategoria
model-carries = Każda ma
containers = Kontenery
containers-first = { $n ->
    [0] Brak kontenerów.
    [one] { $n } kontener na tej stronie.
    [few] { $n } kontenery na tej stronie.
    [many] { $n } kontenerów na tej stronie.
   *[other] { $n } kontenera na tej stronie.
}
containers-none = Nie zapisano żadnego kontenera.
container-seal = Plomba
waits-title = Czeka na ciebie
waits-proposals = { $n ->
    [one] { $n } zmiana czeka na twój podpis.
    [few] { $n } zmiany czekają na twój podpis.
    [many] { $n } zmian czeka na twój podpis.
   *[other] { $n } zmiany czeka na twój podpis.
}
waits-unaccepted = { $n ->
    [one] { $n } sztuka dotarła i nie jest przyjęta od 72 godzin.
    [few] { $n } sztuki dotarły i nie są przyjęte od 72 godzin.
    [many] { $n } sztuk dotarło i nie jest przyjętych od 72 godzin.
   *[other] { $n } sztuki dotarło i nie jest przyjęte od 72 godzin.
}

node-wrong = Co jest nie tak
node-timeline = Oś czasu
node-charts = Wykresy
node-readings = Odczyty
node-spool = Zaległe dane
node-identity = Tożsamość
readings-none = Nie przyszedł jeszcze żaden odczyt. Pierwszy przyjdzie z następnym raportem węzła.
range-label = Zakres czasu
range-15min = 15 min
range-1h = 1 h
range-24h = 24 h
range-7d = 7 d
range-30d = 30 d
range-90d = 90 d
range-own = Własny zakres
range-own-hint = Data i godzina w UTC. Odnośnik do tej strony zachowuje zakres.
range-from = Od (UTC)
range-to = Do (UTC)
range-show = Pokaż
range-from-to = od { $from } do { $to }
range-wrong = Nie można pokazać tego zakresu
range-wrong-from = Wpisz początek: datę i godzinę w UTC, na przykład 2026-11-24 14:02.
range-wrong-to = Wpisz koniec: datę i godzinę w UTC, na przykład 2026-11-24 15:02.
range-wrong-order = Wpisz koniec późniejszy niż początek.
range-wrong-long = Wpisz zakres najwyżej 400 dni.
range-wrong-ahead = Wpisz początek, który już minął. O czasie, który nadejdzie, nic nie wiadomo.
lane-presence = Stan
lane-outages = Przerwy w łączności
lane-starts = Uruchomienia
lane-late = Przyszło późno
late-arrived = Dane, które przyszły późno: { $time }
start-machine = Uruchomienie maszyny, start nr { $boot }
start-agent = Uruchomienie agenta, start nr { $boot }
event-outage = Przerwa w łączności: { $cause }, { $attempts }
events-none = W tym zakresie nic nie zapisano.
events-more = { $n ->
    [one] { $n } starszy wiersz nie jest pokazany. Wybierz krótszy zakres.
    [few] { $n } starsze wiersze nie są pokazane. Wybierz krótszy zakres.
    [many] { $n } starszych wierszy nie jest pokazanych. Wybierz krótszy zakres.
   *[other] { $n } starszego wiersza nie jest pokazane. Wybierz krótszy zakres.
}
cause-no_route = brak trasy
cause-no_name = nie udało się znaleźć adresu dla nazwy
cause-refused = kontroler odmówił albo był niedostępny
cause-silent = brak odpowiedzi na czas
cause-tls = błąd TLS
cause-told = kontroler zakończył sesję
cause-closed = połączenie zamknięto bez słowa
cause-other = inna przyczyna
col-from = Od
col-to = Do
col-length = Długość
col-reading = Odczyt
col-value = Wartość
col-rate = Na sekundę
col-measured = Zmierzono
group-link = Łącze z kontrolerem
group-host = Maszyna
group-disk = Dyski
group-net = Sieć
group-agent = Agent i zegar
group-other = Inne odczyty

chart-table = Pokaż jako tabelę
chart-table-title = To samo jako tabela
chart-keys = Strzałki w lewo i w prawo odczytują punkty
chart-empty = W tym zakresie brak odczytów.
chart-summary = Od { $low } do { $high }, średnia { $mean }, najnowszy { $newest }. Pomiary są dla { $covered } czasu.
chart-load = Wczytaj { $name } z { $range }
chart-heard = Ostatni raport { $time }
chart-heard-ago = Ostatni raport { $age } temu.
export = Zabierz jako
export-place = Miejsce
export-place-region = najwyżej region
export-bucket = Długość wiersza (s)
export-made = Utworzono { "{time}" } UTC w Holdfast
export-failed = Nie można utworzyć obrazu. Spróbuj ponownie albo weź CSV.
col-from-utc = Od (UTC)
col-min = Najmniej
col-mean = Średnia
col-max = Najwięcej
col-present = Udział pomiarów

spool-waiting = { $n ->
    [one] { $n } zapis czeka na wysłanie.
    [few] { $n } zapisy czekają na wysłanie.
    [many] { $n } zapisów czeka na wysłanie.
   *[other] { $n } zapisu czeka na wysłanie.
}
spool-unknown = Węzeł nie podał, ile zapisów przechowuje.
spool-lost = { $n ->
    [one] { $n } zapis utracono na zawsze.
    [few] { $n } zapisy utracono na zawsze.
    [many] { $n } zapisów utracono na zawsze.
   *[other] { $n } zapisu utracono na zawsze.
}
spool-records = Zapisy czekające
spool-bytes = Rozmiar na dysku
spool-missing = Zapisy, które mogą jeszcze przyjść
spool-lost-label = Zapisy utracone na zawsze
certificate-left = Certyfikat jest ważny jeszcze { $left }, do { $date }.
certificate-ended = Certyfikat wygasł { $left } temu, { $date }.
identity-enrolled = Zarejestrowano
identity-ends = Certyfikat ważny do
identity-code = Kod
identity-boot = Numer startu
identity-clock = Zegar
clock-trusted = zsynchronizowany, ± { $error }
clock-untrusted = niezsynchronizowany

health-title = Stan kontrolera
health-question = Czy można ufać tym stronom?
health-yes = Tak.
health-no = { $n ->
    [one] Nie: nie udaje się { $n } sprawdzenie.
    [few] Nie: nie udają się { $n } sprawdzenia.
    [many] Nie: nie udaje się { $n } sprawdzeń.
   *[other] Nie: nie udaje się { $n } sprawdzenia.
}
health-none = Kontroler jeszcze się nie sprawdził.
verdict-ok = w porządku
verdict-warn = do obejrzenia
verdict-fail = nie udaje się
verdict-unknown = nie wiadomo
check-ingest = Przyjmowanie raportów
check-database = Baza danych
check-history = Historia
check-disk = Dysk
check-clock = Zegar
check-certificate_server = Certyfikat serwera
check-certificate_intermediate = Certyfikat pośredni
check-certificate_root = Certyfikat główny
check-root_key = Klucz główny
check-backup = Kopia zapasowa
check-backup_none = Brak kopii zapasowej
check-backup_late = Kopia zapasowa spóźnia się
check-backup_failed = Kopia zapasowa nie powstała
check-backup_untested = Kopia zapasowa nie sprawdzona jej kluczem
check-restored = Odtworzono z kopii zapasowej
figure-records_per_second = Przyjęte zapisy
figure-delay_ms_max = Największe opóźnienie
figure-commit_ms_max = Najdłuższy zapis
figure-queued = Zapisy w kolejce
figure-refused = Odrzucone zapisy
figure-registry_bytes = Rejestr
figure-history_bytes = Historia
figure-log_bytes = Dziennik zapisu z wyprzedzeniem
figure-failed_commits = Nieudane zapisy
figure-records_days = Przechowywane zapisy
figure-rollups_days = Przechowywane podsumowania
figure-hours_waiting = Godziny do podsumowania
figure-free_bytes = Wolne
figure-size_bytes = Rozmiar
figure-jump_seconds = Ostatni skok
figure-jumps = Skoki
figure-days_left = Pozostało
figure-backup_age_hours = Wiek najnowszej
figure-backup_bytes = Jej rozmiar
figure-backup_seconds = Powstawała
figure-backup_tested_days = Otwarta jej kluczem, temu
figure-restored_from_days = Dane sprzed
figure-restored_days = Odtworzono, temu
explain-ingest = Raporty są najpierw zapisywane, potem potwierdzane. Gdy zapis jest wolny, węzły trzymają raporty u siebie i nic nie ginie.
explain-database = Rejestr i historię można czytać i zapisywać.
explain-disk = Miejsce tam, gdzie leżą dane. Gdy go zabraknie, węzły trzymają raporty u siebie, aż miejsce się znajdzie.
explain-clock = Wiek danych na tych stronach liczy się według tego zegara.
explain-certificate_server = Gdy certyfikat wygaśnie, węzły odmówią kontrolerowi.
explain-certificate_intermediate = Węzły uznają tę flotę tylko dopóki certyfikat jest ważny.
explain-certificate_root = Węzły uznają tę flotę tylko dopóki certyfikat jest ważny.
explain-root_key = Klucz główny nie powinien leżeć na tej maszynie. Przechowuj go w bezpiecznym miejscu i usuń stąd.
explain-backup = Wszystko, co wpisali ludzie, klucze i odczyty, zaszyfrowane kluczem, którego nie ma na tej maszynie.
explain-backup_none = Nie zrobiono żadnej kopii. Ustaw backup.folder i backup.recipients w konfiguracji albo uruchom „holdfast-controller backup”.
explain-backup_late = Najnowsza kopia jest starsza, niż powinna. Sprawdź, czy jej folder istnieje i ma miejsce.
explain-backup_failed = Ostatnia próba nie dała kopii; przyczyna jest w dzienniku. Próba powtarza się co kwadrans.
explain-backup_untested = Nikt nie pokazał jeszcze, że klucz otwiera kopię. Tam, gdzie jest klucz, uruchom „holdfast-controller restore --check” i wpisz tutaj słowa poleceniem „backup-proof”.
explain-restored = Brakuje tego, co stało się po zrobieniu kopii. Sprawdź, które węzły unieważniono i kogo zablokowano od tego czasu, potem uruchom „holdfast-controller restore --looked-through”.

evidence-first = { $n ->
    [one] Własny węzeł zaobserwował { $confirmed } z { $n } sztuki na tej stronie w najnowszym ujawnionym tygodniu.
    [few] Własny węzeł zaobserwował { $confirmed } z { $n } sztuk na tej stronie w najnowszym ujawnionym tygodniu.
    [many] Własny węzeł zaobserwował { $confirmed } z { $n } sztuk na tej stronie w najnowszym ujawnionym tygodniu.
   *[other] Własny węzeł zaobserwował { $confirmed } z { $n } sztuki na tej stronie w najnowszym ujawnionym tygodniu.
}
evidence-none = Twoja organizacja nie ma jeszcze zapisanej darowizny. Zapisuje ją zaplecze.
evidence-donations = Darowizny
evidence-file = Pliki według tygodni
evidence-no-items = Żadna sztuka z tej darowizny nie jest jeszcze zarejestrowana.
evidence-no-week = nie ujawniono jeszcze żadnego tygodnia
evidence-withheld-serials = Zasady tej darowizny nie ujawniają darczyńcom numerów seryjnych, a plik potwierdzenia podaje taki numer. Zaplecze może uzgodnić z Tobą inne zasady.
evidence-withheld-few = { $n ->
    [one] Zasady tej darowizny nie mówią nic o mniej niż { $n } sztuce.
    [few] Zasady tej darowizny nie mówią nic o mniej niż { $n } sztukach, a plik potwierdzenia dotyczy jednej. Zaplecze może uzgodnić z Tobą inne zasady.
    [many] Zasady tej darowizny nie mówią nic o mniej niż { $n } sztukach, a plik potwierdzenia dotyczy jednej. Zaplecze może uzgodnić z Tobą inne zasady.
   *[other] Zasady tej darowizny nie mówią nic o mniej niż { $n } sztuki, a plik potwierdzenia dotyczy jednej.
}
evidence-withheld-until = Na razie nic nie ujawniono: zasady tej darowizny ujawniają to później.
evidence-level-E0 = E0 · tylko zarejestrowano
evidence-level-E1 = E1 · powiedział to człowiek
evidence-level-E2 = E2 · powiedziało to urządzenie
evidence-how = Jak to sprawdzić
evidence-how-text = Plik podaje numer seryjny, tydzień, ile razy sprzęt zaobserwowano i najdłuższą przerwę; nigdy miejsca. Nie zaobserwowano znaczy, że nie dotarło do nas żadne oświadczenie, a nie że sprzęt zaginął. Każdy plik można sprawdzić bez nas:

verify-first = Plik potwierdzenia jest sprawdzany tutaj, w Twojej przeglądarce. Nic nie jest wysyłane.
verify-no-script = Sprawdzenie wymaga skryptu, a ta przeglądarka żadnego nie wykonuje. To samo bez sieci robi program:
verify-file = Plik potwierdzenia
verify-file-hint = Wybierz go albo upuść tutaj.
verify-paste = Zamiast tego wklej
verify-pasted = Zawartość pliku
verify-key = Klucz weryfikacji
verify-key-label = Klucz weryfikacji floty
verify-key-hint = To publikuje ten kontroler. Jeśli masz klucz od ludzi floty, wstaw tutaj tamten: strona nie może ręczyć za kontroler, z którego pochodzi.
verify-here = Tutaj nie da się stwierdzić: ta przeglądarka nie ma Ed25519. Użyj nowszej albo programu wymienionego niżej.
verify-steps = Kroki sprawdzenia
verify-step = Krok
verify-answer = Odpowiedź
verify-says = Co mówi plik
verify-says-not = Nie mówi, gdzie jest sprzęt, w jakim jest stanie ani kto go ma.
verify-trust = Czemu nadal trzeba ufać
verify-offline = Bez tej strony
verify-offline-text = Wyłącz sieć i sprawdź jeszcze raz: odpowiedź jest ta sama. Program holdfast verify robi to bez przeglądarki, a format opisuje jedna strona dokumentacji, więc każdy może napisać własne sprawdzenie.
verify-root = SHA-256 klucza głównego tej floty, do porównania z tym, co powiedzieli jej ludzie:
verify-verdict-genuine = Prawdziwy
verify-verdict-not_genuine = Nieprawdziwy
verify-verdict-cannot_tell = Nie da się stwierdzić
verify-means-genuine = Każdy krok się zgadza. Poniżej jest to, co mówi plik, i to, czemu nadal trzeba ufać.
verify-means-not_genuine = Jeden z kroków się nie zgadza. Nie wierz niczemu, co mówi plik, i powiadom ludzi floty.
verify-means-cannot_tell = Żaden krok nie przeczy, ale jednego nie można było sprawdzić. Może to plik innej floty albo czegoś brakuje.
verify-answer-genuine = prawdziwe
verify-answer-not_genuine = nieprawdziwe
verify-answer-cannot_tell = nie da się stwierdzić
verify-answer-not_needed = niepotrzebne na tym poziomie
verify-step-form = Plik potwierdzenia, cały
verify-step-controller_signature = Podpisany i od tego czasu niezmieniony
verify-step-controller_key = Podpisany kluczem tej floty
verify-step-certificates = Certyfikat węzła prowadzi do klucza głównego floty
verify-step-node_signature = Węzeł sam podpisał to, co zaobserwował
verify-step-binding = Numer seryjny to ten związany z kluczem tego węzła
verify-step-window = Tydzień, liczba obserwacji i najdłuższa przerwa
verify-say-item = Sprzęt
verify-say-model = Model
verify-say-serial = Numer seryjny
verify-say-week = Tydzień
verify-say-level = Poziom potwierdzenia
verify-say-observations = Obserwacje
verify-say-gap = Najdłuższa przerwa
verify-say-made = Plik utworzono
verify-trust-key_from_elsewhere = Że klucz weryfikacji należy do floty.
verify-trust-level_by_word = Że tak powiedział człowiek, według słów kontrolera: żadne urządzenie tego nie potwierdza.
verify-trust-binding_by_word = Że numer i węzeł związał ten, kto przyjął sprzęt, według słów kontrolera.
verify-trust-issuer = Że kontroler, który wydaje certyfikaty, nie stworzył do tego drugiego węzła.
verify-trust-node_key_kept = Że klucz węzła nigdy go nie opuścił: leży tam w pliku.
verify-trust-serial_by_software = Że numer seryjny naprawdę należy do rzeczy: odczytuje go program, a oprogramowanie układowe można zmienić.
verify-trust-node_clock = Że zegar węzła szedł dobrze.
verify-trust-controller_clock = Że zegar kontrolera szedł dobrze – dla tego, co węzeł powiedział bez własnego.
verify-trust-no_ledger = Że kontroler mówi wszystkim to samo: nie ma jeszcze dziennika przejrzystości.

help-first = Co znaczą słowa na tych stronach i jak się po nich poruszać.
help-words = Słowa stanów
help-ages = Wiek danych
help-ages-text = Przy każdej wartości stoi jej wiek. Wiek liczy się według zegara kontrolera, nie zegara przeglądarki. Czasy są w UTC.
help-charts = Wykresy
help-charts-text = Linia to średnia, pas sięga od najmniejszej do największej wartości. Przerwa znaczy, że nie ma pomiarów; linie nigdy jej nie łączą. Cienka linia znaczy, że części pomiarów brakuje. Za chwilą ostatniego raportu nic nie jest narysowane.
help-keys = Klawisze
help-keys-text = Klawisze nie działają, gdy piszesz w polu. Można je wyłączyć w swoich ustawieniach.
help-trouble = Gdy coś się nie uda
help-trouble-text = Strona, która się nie udała, podaje numer żądania. Przekaż go osobie, która prowadzi kontroler: przyczyna jest w dzienniku pod tym samym numerem.
help-licences = Licencja biblioteki wykresów
key-facets = przejdź do filtrów
key-filter = przejdź do wyszukiwania
key-overview = przejdź do przeglądu
key-sites = przejdź do obiektów
key-nodes = przejdź do węzłów
key-health = przejdź do stanu kontrolera
key-down = następny wiersz
key-up = poprzedni wiersz
key-open = otwórz wiersz
key-ages = wiek albo czas
key-pause = wstrzymaj albo wznów aktualizacje
key-help = ta lista

me-first = Zalogowano jako { $name }.
me-keys = Pojedyncze klawisze jako skróty
me-zone = Czasy są podane w UTC.
session-soon = Sesja skończy się { "{time}" }.
session-stay = Pozostań zalogowany
session-over = Sesja skończyła się { "{time}" }. Widzisz stan sprzed tej chwili.
session-again = Zaloguj się ponownie
session-last = Tej sesji nie można już przedłużyć. Zaloguj się ponownie, zanim się skończy.
me-session = Sesja
me-ends = Ta sesja skończy się { $time }.
me-ends-idle = Ta sesja skończy się { $time } albo { $idle }, jeśli do tego czasu nic nie otworzysz.
sign-out = Wyloguj się
sign-out-says = Wylogowanie kończy tylko tę sesję na tym urządzeniu.
sign-in = Zaloguj się
sign-in-first = Zaloguj się, aby zobaczyć węzły.
name = Nazwa
password = Hasło
error-prefix = Błąd:
sign-in-wrong = Nie udało się zalogować
sign-in-wrong-text = Nazwa albo hasło się nie zgadza. Sprawdź jedno i drugie i spróbuj ponownie.
sign-in-many = Za dużo prób
sign-in-many-text = Za dużo nieudanych prób. Odczekaj { $wait } i spróbuj ponownie.
sign-in-failed = Nie udało się zalogować
sign-in-failed-text = Kontroler nie mógł sprawdzić hasła. Spróbuj ponownie; jeśli znów się nie uda, przekaż numer żądania osobie, która prowadzi kontroler.
sign-in-busy-text = W tej chwili loguje się za dużo osób. Spróbuj ponownie za kilka sekund.
code = Kod
code-hint = Tylko jeśli masz ustawiony drugi składnik: sześć cyfr albo kod odzyskiwania.
code-hint-again = Sześć cyfr z aplikacji uwierzytelniającej albo jeden z kodów odzyskiwania.
code-title = Twój kod
code-first = Nazwa i hasło się zgadzają. Wpisz kod, który pokazuje aplikacja uwierzytelniająca.
code-other-person = Zaloguj się jako ktoś inny
code-over = Zaloguj się ponownie
code-over-text = Minęło ponad pięć minut albo kod był zbyt często błędny. Wpisz ponownie nazwę i hasło.
code-wrong = Kod nie został przyjęty
code-wrong-text = Kod jest błędny. Wpisz sześć cyfr, które aplikacja pokazuje teraz.
code-used-text = Ten kod był już użyty. Poczekaj na następny, najwyżej pół minuty.
code-ahead-text = Kod należy do innej chwili: zegar aplikacji spieszy się względem kontrolera o około { $length }. Ustaw zegar z sieci i weź nowy kod.
code-behind-text = Kod należy do innej chwili: zegar aplikacji spóźnia się względem kontrolera o około { $length }. Ustaw zegar z sieci i weź nowy kod.
welcome-link = Mam zaproszenie albo nie pamiętam hasła
welcome-title = Wybierz hasło
welcome-first = Kod zaproszenia pozwala wybrać hasło, którego nikt inny nie widział. Kto nie pamięta hasła, prosi administratora o nowe zaproszenie.
welcome-name-hint = Nazwa, pod którą wysłano zaproszenie.
welcome-code = Kod zaproszenia
welcome-code-hint = Szesnaście liter i cyfr w grupach po cztery.
welcome-go = Zapisz hasło i zaloguj się
welcome-wrong = Zaproszenie nie zostało przyjęte
welcome-wrong-text = Zaproszenie o tej nazwie i kodzie nie działa: coś się nie zgadza albo zostało użyte lub wygasło. Poproś o nowe osobę, która je wysłała.
me-party = Organizacja
me-roles = Role
me-factor = Drugi składnik
me-factor-off = Logujesz się samym hasłem. Kto je pozna, może zalogować się jako ty.
me-factor-set-up = Ustaw drugi składnik
me-factor-first = Aplikacja uwierzytelniająca w telefonie tworzy kod co 30 sekund. Logowanie zapyta o niego po haśle.
me-factor-qr = Kod QR drugiego składnika
me-factor-scan = Zeskanuj to aplikacją.
me-factor-type = Albo wpisz to w niej, ze spacjami lub bez.
me-factor-then = Potem wpisz kod, który pokazuje aplikacja. Dopiero wtedy drugi składnik zacznie działać.
me-factor-confirm = Potwierdź
me-factor-begin = Zacznij
me-factor-failed = Nie udało się zacząć
me-factor-there = Masz już drugi składnik.
me-factor-none = Nie ma drugiego składnika do potwierdzenia. Zacznij od nowa.
me-recovery-renew = Utwórz nowe kody odzyskiwania
me-recovery-failed = Nie udało się utworzyć kodów odzyskiwania
me-remove = Usuń drugi składnik
me-remove-says = Potrzebne są hasło i kod. Kody odzyskiwania znikną razem z nim.
me-remove-failed = Nie udało się usunąć drugiego składnika
me-again = Ponownie hasło albo kod
me-again-hint = Hasło albo sześć cyfr z aplikacji. Obowiązuje to pięć minut.
me-again-password-hint = Obowiązuje to pięć minut.
me-again-text = Wpisz ponownie hasło albo kod.
me-password = Hasło
me-password-says = Nowe hasło kończy twoje sesje w innych miejscach.
me-password-old = Obecne hasło
me-password-change = Zmień hasło
me-password-failed = Nie udało się zmienić hasła
me-password-wrong-text = Hasło się nie zgadza. Sprawdź je i spróbuj ponownie.
me-sessions = Moje sesje
me-session-kind = Gdzie
me-session-since = Od kiedy
me-session-seen = Ostatnie zapytanie
me-session-browser = Przeglądarka
me-session-tool = Terminal
me-session-this = ta
me-session-end = Zakończ
me-session-none = Ta sesja już się skończyła.
me-sessions-end = Zakończ wszystkie inne sesje
me-looks = Język i wygląd
me-codes = Kody odzyskiwania
me-codes-first = Dziesięć kodów, każdy działa raz zamiast kodu z aplikacji. Widać je tylko teraz.
me-codes-keep = Wydrukuj tę stronę albo zapisz kody i trzymaj je z dala od telefonu.
me-codes-done = Mam je zapisane
me-done-password = Hasło zmienione, inne sesje zakończone.
me-done-factor-removed = Drugi składnik usunięty.
me-done-session = Sesja zakończona.
me-done-sessions = Wszystkie inne sesje zakończone.
me-done-token = Token cofnięty. Kto go używał, od teraz dostaje odmowę.
tokens = Tokeny dla programów
tokens-none = Żaden program nie działa za ciebie. Token pozwala skryptowi pytać API w twoim imieniu, nie szerzej, niż wybierzesz.
tokens-many = { $n ->
    [one] Ważny jest { $n } token.
    [few] Ważne są { $n } tokeny.
    [many] Ważnych jest { $n } tokenów.
   *[other] Ważne jest { $n } tokena.
}
tokens-name = Nazwa
tokens-name-hint = Który program, na której maszynie. Do 64 znaków.
tokens-scopes = Do czego
tokens-used = Ostatnie użycie
tokens-ends = Kończy się
tokens-revoke = Cofnij
tokens-revoked = Cofnięty
tokens-over = Skończony
tokens-make = Utwórz token
tokens-first = Token pozwala programowi pytać API w twoim imieniu: otwarte jest to, co otwiera i twój wybór tutaj, i twoje role w danej chwili. Widać go raz, na następnej stronie.
tokens-do = Utwórz ten token
tokens-days = Ile dni jest ważny
tokens-days-hint = Najwyżej { $n }.
tokens-failed = Nie utworzono tokena
tokens-full = Masz tyle tokenów, ile można mieć. Cofnij ten, którego nic już nie używa.
tokens-scopes-wrong = Wybierz co najmniej jedno z tego, co tu jest.
tokens-days-wrong = Wpisz całkowitą liczbę dni, od 1 do 365.
tokens-made = Twój token
tokens-made-first = Token widać tylko teraz. Nikt nie odczyta go ponownie.
tokens-text = Token
tokens-care = Włóż go tam, skąd czyta go program, do pliku, którego nikt inny nie czyta. Kto go ma, może to, do czego on jest, bez twojego hasła. Jeśli zginął albo ktoś go widział, cofnij go na swojej stronie.
tokens-kept = Mam go zapisany
scope-sites-read = Czytać obiekty
scope-sites-write = Zmieniać obiekty, wpisywać miejsca
scope-nodes-read = Czytać węzły, przegląd i kanał na żywo
scope-nodes-write = Odcinać węzły
scope-tickets-read = Czytać bilety
scope-tickets-write = Tworzyć, zatwierdzać i cofać bilety
scope-parties-read = Czytać organizacje
scope-parties-write = Tworzyć i zmieniać organizacje
scope-people-read = Czytać osoby
scope-people-write = Blokować osoby i wpuszczać je znowu
scope-items-read = Czytać sprzęt, darowizny i przekazania
scope-items-write = Zapisywać, co dzieje się ze sprzętem
scope-audit-read = Czytać dziennik działań
scope-health-read = Czytać stan kontrolera
me-factor-on = { $n ->
    [one] Jest ustawiony. Został { $n } kod odzyskiwania.
    [few] Jest ustawiony. Zostały { $n } kody odzyskiwania.
    [many] Jest ustawiony. Zostało { $n } kodów odzyskiwania.
   *[other] Jest ustawiony. Zostało { $n } kodu odzyskiwania.
}
me-done-recovery-used = { $n ->
    [one] Logowanie kodem odzyskiwania. Został { $n }; utwórz nowe.
    [few] Logowanie kodem odzyskiwania. Zostały { $n }.
    [many] Logowanie kodem odzyskiwania. Zostało { $n }.
   *[other] Logowanie kodem odzyskiwania. Zostało { $n }.
}
factor-due = Ustaw drugi składnik w ciągu { $left }; potem otwarta będzie tylko twoja strona.
factor-overdue = Czas bez drugiego składnika minął. Dopóki go nie ustawisz, otwarta jest tylko twoja strona i wylogowanie.
problem-second-factor = Najpierw ustaw drugi składnik
problem-second-factor-why = Tutaj każdy musi mieć drugi składnik, a czas bez niego minął.
problem-second-factor-do = Ustaw go aplikacją uwierzytelniającą; wszystko od razu znów się otworzy.
first-link = Utwórz pierwszego administratora
first-title = Pierwszy administrator
first-first = Nikt jeszcze nie może się zalogować. Kod z konsoli kontrolera tworzy pierwszego administratora.
first-code = Kod jednorazowy
first-code-hint = Wypisało go polecenie „holdfast-controller init”. Jest ważny 72 godziny.
first-name-hint = Tą nazwą będziesz się logować.
first-password = Nowe hasło
first-password-hint = Co najmniej 15 znaków. Wystarczy zdanie z pięciu słów; spacje też się liczą.
first-make = Utwórz administratora
first-wrong = Nie udało się utworzyć administratora
first-code-wrong = Kod jest błędny, zużyty albo starszy niż 72 godziny. Wypisz nowy na kontrolerze poleceniem „holdfast-controller first-code”.
first-name-wrong = Podaj nazwę długości od 1 do 64 znaków.
first-password-wrong = Podaj inne hasło: co najmniej 15 znaków, nie swoją nazwę i nie ten sam znak wiele razy.
first-done = Administrator już istnieje. Zaloguj się.

problem-not-found = Nie znaleziono
problem-not-found-why = Pod tym adresem nic nie ma albo twoja rola tego nie widzi.
problem-not-found-do = Sprawdź adres albo zacznij od przeglądu.
problem-forbidden = Niewidoczne dla twojej roli
problem-forbidden-why = Twoja rola nie obejmuje tej strony.
problem-forbidden-do = Administrator może nadać ci rolę, która ją obejmuje.
problem-foreign = Wysłano z innej witryny
problem-foreign-why = Przeglądarka podaje, że tę zmianę wysłano ze strony innej witryny, więc jej nie wykonano.
problem-foreign-do = Otwórz stronę Holdfast i zrób to tam.
problem-bad-request = Nie zrozumiano
problem-bad-request-why = W adresie albo formularzu jest coś, czego ta strona nie zna.
problem-bad-request-do = Wróć do poprzedniej strony i spróbuj ponownie.
problem-too-much = Za dużo na jedną stronę
problem-too-much-why = To więcej, niż mieści jeden wykres lub plik.
problem-too-much-do = Wybierz krótszy zakres albo zawęź listę filtrem.
problem-too-many = Za dużo żądań
problem-too-many-why = W krótkim czasie przyszło stąd za dużo żądań.
problem-too-many-do = Odczekaj minutę i odśwież stronę.
problem-failed = Nie udało się utworzyć strony
problem-failed-why = Kontrolerowi nie powiodło się czytanie danych. Przyczyna jest w jego dzienniku pod numerem żądania.
problem-failed-do = Odśwież stronę. Jeśli to się powtórzy, obejrzyj stan kontrolera i przekaż numer żądania osobie, która go prowadzi.
problem-busy = Niegotowe
problem-busy-why = Kontroler się uruchamia, zatrzymuje albo ma za dużo pracy.
problem-busy-do = Odczekaj kilka sekund i odśwież stronę.

field-host_cpu_busy_percent = Procesor, zajęty
field-host_cpu_user_percent = Procesor, programy
field-host_cpu_system_percent = Procesor, system
field-host_cpu_iowait_percent = Procesor, czekanie na dyski
field-host_cpu_steal_percent = Procesor, zabrany przez hosta
field-host_cpu_count = Procesory
field-host_load1 = Obciążenie, 1 minuta
field-host_load5 = Obciążenie, 5 minut
field-host_load15 = Obciążenie, 15 minut
field-host_processes = Procesy i wątki
field-host_context_switches_total = Przełączenia kontekstu
field-host_memory_total_bytes = Pamięć, łącznie
field-host_memory_used_bytes = Pamięć, zajęta
field-host_memory_available_bytes = Pamięć, dostępna
field-host_memory_cached_bytes = Pamięć, podręczna
field-host_swap_total_bytes = Wymiana, łącznie
field-host_swap_used_bytes = Wymiana, zajęta
field-host_open_files = Otwarte pliki
field-host_uptime_seconds = Czas pracy
field-disk_size_bytes = Dysk, rozmiar
field-disk_used_bytes = Dysk, zajęte
field-disk_available_bytes = Dysk, dostępne
field-disk_inodes_used_percent = Dysk, zajęte i-węzły
field-disk_read_bytes_total = Dysk, odczytano
field-disk_written_bytes_total = Dysk, zapisano
field-disk_busy_ms_total = Dysk, czas zajętości
field-temperature_celsius = Temperatura
field-net_receive_bytes_total = Odebrano
field-net_transmit_bytes_total = Wysłano
field-net_receive_errors_total = Błędy odbioru
field-net_transmit_errors_total = Błędy wysyłania
field-net_receive_dropped_total = Odrzucono przy odbiorze
field-net_transmit_dropped_total = Odrzucono przy wysyłaniu
field-net_carrier = Kabel albo radio podłączone
field-net_carrier_changes_total = Zmiany nośnej
field-agent_resident_bytes = Agent, pamięć
field-agent_cpu_ms_total = Agent, czas procesora
field-agent_open_files = Agent, otwarte pliki
field-agent_sent_bytes_total = Agent, wysłano
field-agent_received_bytes_total = Agent, odebrano
field-agent_spool_records = Zaległe dane, zapisy
field-agent_spool_bytes = Zaległe dane, rozmiar na dysku
field-link_connected = Połączono
field-link_route = Niesie połączenie
field-link_rtt_ms = Czas obiegu
field-link_rtt_min_ms = Czas obiegu, najmniejszy
field-link_retransmits_total = Retransmisje
field-link_reconnects_total = Nawiązane połączenia
field-link_outages_total = Utracone połączenia
field-clock_synchronised = Zegar zsynchronizowany
field-clock_error_ms = Zegar, największy błąd

# Role i miejsce, od którego zaczynają ci, którzy nie mają przeglądu
role-administrator = administrator
role-operator = operator
role-field_engineer = inżynier terenowy
role-back_office = zaplecze
role-recipient = odbiorca
role-donor = darczyńca
role-auditor = audytor
nav-home = Start
home-first = Zalogowano: { $name }.
home-can = Co możesz zrobić dzisiaj
home-does-administrator = Zarządzać osobami, organizacjami, obiektami i węzłami.
home-does-operator = Obserwować obiekty i węzły oraz działać tam, gdzie potrzebny jest człowiek.
home-does-field_engineer = Tworzyć bilety i uruchamiać węzły poleceniem holdfast. Widzieć przydzielone obiekty, ich węzły i sprzęt; zapisywać, co się z nim dzieje, i przekazywać go.
home-does-back_office = Zapisywać darowizny i sprzęt, przydzielać, pakować, wysyłać i przekazywać go.
home-does-recipient = Odpowiadać na to, co jest Ci przekazywane, widzieć sprzęt, obiekty i węzły swojej organizacji i zapisywać, co się z nimi dzieje.
home-does-donor = Czytać, co stało się z tym, co przekazała Twoja organizacja.
home-does-auditor = Czytać, jaki jest sprzęt i w jakim stanie, według etykiety i numeru seryjnego.
home-more = To, co jest dla ciebie otwarte, zależy od twoich ról. Jeśli czegoś brakuje, zwróć się do administratora, który cię zaprosił.

# Dokładne miejsca
place-title = Dokładne miejsce
place-first = Miejsce jest pokazywane przez 5 minut. Twoje imię, czas i powód są zapisywane. Najwyżej { $n } pokazań na godzinę.
place-none = Nikt nie wpisał dokładnego miejsca tego obiektu. Może to zrobić administrator lub operator.
place-reason = Do czego jest ci potrzebne
place-reason-hint = Od 10 do 200 znaków. Nie wpisuj tu samego miejsca.
place-show = Pokaż dokładne miejsce
place-back = Wróć do obiektu
place-hide = Ukryj teraz
place-not-shown = Miejsce nie zostało pokazane
place-reason-wrong = Napisz w jednym wierszu od 10 do 200 znaków, do czego potrzebne jest miejsce.
place-too-many = W ciągu godziny pokazano ci tyle miejsc, ile wolno jednej osobie. Poproś inną osobę, która może je widzieć, albo poczekaj.
place-shown-until = Pokazane do
place-latitude = Szerokość, stopnie na północ
place-longitude = Długość, stopnie na wschód
place-note = Uwaga
place-care = Powiedz je na głos albo zapisz ręcznie. Nie wysyłaj go w wiadomości ani na zdjęciu.

# Osoby
nav-people = Osoby
people-first = { $n ->
    [one] Zalogować może się { $n } osoba.
    [few] Zalogować mogą się { $n } osoby.
    [many] Zalogować może się { $n } osób.
   *[other] Zalogować może się { $n } osoby.
}
people-first-factor = { $n ->
    [0] Wszystkie mają drugi składnik.
    [one] Z nich bez drugiego składnika: { $n }.
    [few] Z nich bez drugiego składnika: { $n }.
    [many] Z nich bez drugiego składnika: { $n }.
   *[other] Z nich bez drugiego składnika: { $n }.
}
people-first-locked = { $n ->
    [0] Nikt nie jest zablokowany.
    [one] Zablokowana jest { $n } osoba.
    [few] Zablokowane są { $n } osoby.
    [many] Zablokowanych jest { $n } osób.
   *[other] Zablokowanych jest { $n } osoby.
}
people-none = Nikogo tu nie ma.
people-state = Stan
people-active = Może się zalogować
people-locked = Zablokowano
people-invited = Zaproszono
people-no-way-in = Nie może się zalogować
people-seen = Ostatnie logowanie
people-sessions = Sesje
people-invite = Zaproś osobę
people-invite-first = Osoba wybiera hasło za pomocą kodu, który jest pokazywany jeden raz, na następnej stronie.
people-invite-do = Utwórz zaproszenie
people-back = Do osób
people-name-hint = Nią osoba się loguje; może być nazwą kodową. Do 64 znaków.
people-not-invited = Nikogo nie zaproszono
people-no-roles = Wybierz co najmniej jedną rolę.
people-no-party = Wybierz organizację z listy.
people-name-taken = Tą nazwą, takimi lub innymi literami, loguje się inna osoba. Weź inną nazwę.
people-name-wrong = Napisz od 1 do 64 znaków w jednym wierszu.
people-invited-title = Zaproszenie
people-invited-first = Kod jest pokazany ten jeden raz. Nikt nie odczyta go ponownie.
people-code = Kod
people-code-ends = Ważny do
people-invited-waits = Te role dają dokładne miejsca, więc podpisuje je druga osoba. Do tego czasu można się zalogować i nic nie widać.
people-invited-care = Przekaż go osobie samodzielnie, ustnie lub na kartce. Wpisuje się go na stronie /welcome, z nazwą i nowym hasłem. Jeśli kod zginie, zaproś ponownie.
person-title = Osoba
person-first-active = { $name } może się logować, z drugim składnikiem.
person-first-bare = { $name } może się logować, na razie bez drugiego składnika.
person-first-locked = { $name }: logowanie zablokowane.
person-first-invited = { $name }: zaproszenie jest ważne, hasło jeszcze nie wybrane.
person-first-no-way-in = { $name } nie ma jak wejść: ani hasła, ani ważnego zaproszenia.
person-first-in = Pierwsze logowanie
person-invited-until = Zaproszenie ważne do
person-audit = Co robiła ta osoba
person-change = Organizacja i role
person-unchanged = Organizacja i role bez zmian
person-own-roles = Nikt nie nadaje ról samemu sobie. Poproś innego administratora.
person-last = Nikt inny nie mógłby zarządzać tą flotą. Najpierw mianuj kogoś administratorem.
person-stale = Ktoś inny zmienił w międzyczasie dane tej osoby. Obecne widać wyżej, twój wybór został niżej. Porównaj i otwórz stronę ponownie.
person-sites = Przydzielone obiekty
person-sites-say = Inżynier terenowy widzi węzły przydzielonych mu obiektów, a po podaniu powodu ich dokładne miejsca.
person-assign-which = Kryptonim obiektu
person-assign = Przydziel obiekt
person-unassign = Odbierz
person-not-assigned = Nie przydzielono obiektu
person-no-site = Żaden obiekt nie ma tego kryptonimu. Skopiuj go z listy obiektów.
person-no-sessions = Nie ma otwartej sesji.
person-no-tokens = Nie ma tokenów.
person-acts = Dostęp
person-back = Wróć do osoby
person-reason = Dlaczego
person-reason-hint = Od 10 do 200 znaków, do dziennika działań. Nie wpisuj miejsca.
person-reason-wrong = Napisz w jednym wierszu od 10 do 200 znaków, dlaczego.
person-not-done = Niczego nie zrobiono
person-lock-sessions = { $n ->
    [one] { $n } sesja kończy się od razu.
    [few] { $n } sesje kończą się od razu.
    [many] { $n } sesji kończy się od razu.
   *[other] { $n } sesji kończy się od razu.
}
person-lock-tokens = { $n ->
    [one] { $n } token nie otworzy już niczego.
    [few] { $n } tokeny nie otworzą już niczego.
    [many] { $n } tokenów nie otworzy już niczego.
   *[other] { $n } tokena nie otworzy już niczego.
}
person-act-lock = Zablokuj
person-act-lock-undo = Osobę można wpuścić znowu w każdej chwili; hasło, drugi składnik i tokeny zostają.
person-act-unlock = Wpuść znowu
person-act-unlock-first = Osoba znowu może się logować, a jej tokeny otwierają to co dawniej.
person-act-unlock-undo = Osobę można znowu zablokować w każdej chwili.
person-act-sessions = Zakończ wszystkie sesje
person-act-sessions-undo = Tego nie można cofnąć; osoba może się zalogować ponownie.
person-act-factor = Usuń drugi składnik
person-act-factor-first = Drugi składnik i kody odzyskiwania znikną; do czasu ustawienia nowego wystarczy samo hasło.
person-act-factor-undo = Tego nie można cofnąć; osoba ustawi nowy. Upewnij się, kto cię o to prosi: o to samo poprosiłby złodziej.
person-act-invite = Zaproś ponownie
person-act-invite-first = Osoba wybierze nowe hasło kodem, który będzie widać raz, na następnej stronie.
person-act-invite-undo = Stare hasło obowiązuje, dopóki kod nie zostanie użyty. Kto ma drugi składnik, nadal go potrzebuje.
person-done-changed = Organizacja i role zmienione.
person-done-lock = Osoba zablokowana.
person-done-unlock = Osoba znowu może się logować.
person-done-sessions = Wszystkie sesje zakończone.
person-done-factor = Drugi składnik usunięty.
person-done-assigned = Obiekt przydzielony.
person-done-unassigned = Obiekt odebrany.
tokens-hold = Ważny
parties-title = Organizacje
parties-first = { $n ->
    [one] { $n } organizacja: kto daje, prowadzi, przewozi i odbiera.
    [few] { $n } organizacje: kto daje, prowadzi, przewozi i odbiera.
    [many] { $n } organizacji: kto daje, prowadzi, przewozi i odbiera.
   *[other] { $n } organizacji: kto daje, prowadzi, przewozi i odbiera.
}
parties-here = { $n ->
    [one] { $n } organizacja na tej stronie.
    [few] { $n } organizacje na tej stronie.
    [many] { $n } organizacji na tej stronie.
   *[other] { $n } organizacji na tej stronie.
}
parties-make = Utwórz organizację
parties-change = Zmień organizację
parties-form-first = Nazwa organizacji może być kryptonimem.
parties-kind = Rodzaj
parties-country = Kraj
parties-country-hint = Dwie litery według ISO 3166-1, na przykład PL, albo nic.
parties-not-kept = Organizacji nie zapisano
parties-name-taken = Inna organizacja ma tę nazwę, tymi lub innymi wielkimi literami. Weź inną.
parties-stale = Ktoś inny zmienił w międzyczasie tę organizację. Twój wpis został tutaj; obecne dane widać na liście.
parties-kind-wrong = Wybierz z listy.
parties-country-wrong = Wpisz dwie litery, na przykład PL, albo nic.
party-operator = operator
party-back_office = biuro wsparcia
party-donor = darczyńca
party-recipient = odbiorca
party-carrier = przewoźnik
proposals-title = Zmiany dla dwóch osób
proposals-say = To, co mówi darczyńcom więcej albo daje komuś dokładne miejsca, wchodzi w życie, gdy podpisze druga osoba.
proposals-waiting = Tylko oczekujące
proposals-all = Wszystkie
proposals-none = Nic jeszcze nie zaproponowano. Zmiana wymagająca dwóch osób pojawi się tu sama.
proposals-none-waiting = Nic nie czeka na drugą osobę.
proposal-title = Zmiana dla dwóch osób
proposal-change = Zmiana
proposal-by = Kto zaproponował
proposal-by-you = ty
proposal-by-another = inna osoba
proposal-made = Zaproponowano
proposal-state = Stan
proposal-ends = Można podpisać do
proposal-who = Mogą jeszcze podpisać
proposal-wanted-for = Do czego potrzebne
proposal-ended = Zakończono
proposal-ended-by = Kto zakończył
proposal-state-waiting = czeka
proposal-state-approved = podpisana
proposal-state-refused = odrzucona
proposal-state-withdrawn = wycofana
proposal-state-expired = niepodpisana w terminie
proposal-state-overtaken = nieaktualna
proposal-first-sign = Czeka na podpis: twój albo innej osoby. Nic jeszcze nie zmieniono.
proposal-first-waits = Czeka na drugą osobę. Nic jeszcze nie zmieniono.
proposal-first-approved = Druga osoba podpisała, zmiana jest wprowadzona.
proposal-first-refused = Druga osoba odrzuciła. Nic nie zmieniono.
proposal-first-withdrawn = Propozycję wycofano. Nic nie zmieniono.
proposal-first-expired = Nikt nie podpisał w terminie. Nic nie zmieniono; zaproponuj ponownie.
proposal-first-overtaken = To, co miało się zmienić, zmieniło się w międzyczasie. Propozycja nic nie zmieniła; zaproponuj ponownie na tym, co jest teraz.
proposal-nobody = Teraz nikt inny nie może podpisać. Zaproś kolejną osobę z tym prawem, na przykład administratora; po zalogowaniu będzie mogła podpisać.
proposal-differences = Co się zmieni
proposal-before = Było
proposal-after = Będzie
proposal-none = brak
proposal-sign = Podpisz albo odrzuć
proposal-sign-say = Z twoim podpisem zmiana wchodzi od razu, pod obiema nazwami. Zasady można znów zaostrzyć, rolę odebrać; co w międzyczasie powiedziano lub pokazano, pozostaje znane.
proposal-approve = Podpisz
proposal-refuse = Odrzuć
proposal-withdraw = Wycofaj
proposal-back = Do wszystkich zmian dla dwóch osób
proposal-not-done = Nic nie zrobiono
proposal-own = To twoja propozycja. Podpisuje lub odrzuca druga osoba.
proposal-gains = Ta zmiana daje ci więcej. Podpisuje ktoś inny.
proposal-is-overtaken = To, co miało się zmienić, zmieniło się w międzyczasie. Propozycja nic nie zmieniła.
proposal-over = Propozycja jest już zakończona. Teraz nic nie zmieniono.
proposal-done-new = Zmianę zaproponowano. Wymaga drugiej osoby.
proposal-done-approve = Podpisano. Zmiana jest wprowadzona.
proposal-done-refuse = Odrzucono.
proposal-done-withdraw = Wycofano.
proposal-kind-donation = Zmień darowiznę { $thing }
proposal-kind-programme = Zmień program { $thing }
proposal-kind-member = Zmień organizację lub role: { $thing }
proposal-kind-assignment = Przydziel obiekt: { $thing }
proposal-kind-site-party = Oddaj obiekt organizacji: { $thing }
proposal-kind-showing = Pokaż jeszcze jedno dokładne miejsce: { $thing }
proposal-what-place = Miejsce podawane darczyńcom
proposal-what-delay-days = Z jakim opóźnieniem darczyńcy się dowiadują
proposal-what-least-items = Najmniejsza liczba sztuk w liczbie
proposal-what-serials = Numery seryjne
proposal-what-title = Tytuł
proposal-what-state = Stan
proposal-what-programme = Program
proposal-what-title-passes = Własność przechodzi
proposal-what-shares = Udziały
proposal-what-terms = Skrót warunków
proposal-what-activity = Działanie IATI
proposal-what-tlp = Oznaczenie
proposal-what-party = Organizacja
proposal-what-roles = Role
proposal-what-assigned = Obiekt
proposal-place-none = brak
proposal-place-country = kraj
proposal-place-region = region
proposal-serials-told = podawane
proposal-serials-not = niepodawane
proposals-first = { $n ->
    [one] { $n } zmiana czeka na twój podpis.
    [few] { $n } zmiany czekają na twój podpis.
    [many] { $n } zmian czeka na twój podpis.
   *[other] { $n } zmiany czeka na twój podpis.
}
proposal-first-own = { $n ->
    [one] Czeka na drugą osobę; podpisać może { $n }. Nic jeszcze nie zmieniono.
    [few] Czeka na drugą osobę; podpisać mogą { $n }. Nic jeszcze nie zmieniono.
    [many] Czeka na drugą osobę; podpisać może { $n }. Nic jeszcze nie zmieniono.
   *[other] Czeka na drugą osobę; podpisać może { $n }. Nic jeszcze nie zmieniono.
}
proposal-signers = { $n ->
    [one] { $n } inna osoba
    [few] { $n } inne osoby
    [many] { $n } innych osób
   *[other] { $n } innej osoby
}
proposal-days = { $n ->
    [one] { $n } dzień
    [few] { $n } dni
    [many] { $n } dni
   *[other] { $n } dnia
}
proposal-items = { $n ->
    [one] { $n } sztuka
    [few] { $n } sztuki
    [many] { $n } sztuk
   *[other] { $n } sztuki
}
places-title = Kto widzi dokładne miejsca
places-first = { $n ->
    [one] Dokładne miejsca może zobaczyć { $n } osoba.
    [few] Dokładne miejsca mogą zobaczyć { $n } osoby.
    [many] Dokładne miejsca może zobaczyć { $n } osób.
   *[other] Dokładne miejsca może zobaczyć { $n } osoby.
}
places-first-sites = { $n ->
    [one] Znane jest miejsce { $n } obiektu.
    [few] Znane są miejsca { $n } obiektów.
    [many] Znane są miejsca { $n } obiektów.
   *[other] Znane są miejsca { $n } obiektu.
}
places-say = Każdy widzi miejsce po podaniu powodu, przez pięć minut, najwyżej pięć razy na godzinę. Każde pokazanie jest w dzienniku działań.
places-by-person = Według osób
places-by-site = Według obiektów
places-nobody = Nikt nie może.
places-no-sites = Żadne miejsce nie jest znane. Administrator albo operator wpisuje je poleceniem „holdfast site place set”.
places-why = Dlaczego
places-times = Ile razy pokazano
places-last = Ostatnio pokazano
places-people = Ile osób może
places-every = { $role }: każdy obiekt
places-these = { $role }: { $sites }
places-none-yet = { $role }: na razie żaden obiekt
places-no-longer = Już nie może
region-title = Region obiektu
region-first = Zobaczysz kryptonim, region i organizację obiektu, nic bliższego. Powód trafi do dziennika działań.
region-shown = Widzisz to po podaniu powodu, który jest w dzienniku działań.
region-show = Pokaż region
region-not-shown = Nie pokazano regionu
nav-audit = Dziennik działań
audit-whole = Dziennik jest cały: wpisów { $entries }, żaden nie zmieniony ani nie usunięty, stan sprzed { $age }.
audit-broken = Dziennik nie jest taki, jaki zapisano. Całe wpisy: { $entries }; co jest dalej, nie jest całe, stan sprzed { $age }.
audit-not-walked = Od startu kontrolera nie sprawdzono jeszcze, czy dziennik jest cały.
audit-broken-title = Wpisy zmieniono albo usunięto
audit-broken-do = Zachowaj kopię folderu danych kontrolera w obecnym stanie. „holdfast audit verify” powie, który to wpis; skopiowane w porę głowy powiedzą, do kiedy dziennik był cały.
audit-check = Sprawdź teraz cały dziennik
audit-time = Czas
audit-who = Kto
audit-who-number = Numer osoby
audit-action = Działanie
audit-thing = Czego dotyczy
audit-result = Wynik
audit-reason = Powód
audit-number = Numer w łańcuchu
audit-previous = Skrót poprzedniego wpisu
audit-any = dowolne
audit-from = Od (UTC)
audit-to = Do (UTC)
audit-done = wykonano
audit-refused = odmówiono
audit-nobody = bez logowania
audit-person = osoba { $number }
audit-none-fits = Żaden wpis nie pasuje do filtrów.
audit-empty = Nic jeszcze nie zapisano.
action-sign-in = Logowanie
action-sign-out = Wylogowanie
action-refused = Prośba spoza roli
action-place-show = Pokazano dokładne miejsce
action-place-enter = Wpisano dokładne miejsce
action-region-show = Pokazano region
action-person-change = Zmieniono organizację lub role
action-person-invite = Zaproszono
action-person-lock = Zablokowano
action-person-unlock = Wpuszczono znowu
action-token-new = Utworzono token
action-token-revoke = Cofnięto token
action-export = Pobrano jako plik
action-restored = Odtworzono z kopii zapasowej
action-item-reveal = Pokazano tajne identyfikatory

# Import: packing lists and a provider's account export.
import-title = Import
import-first = { $n ->
    [one] { $n } lista czeka na wpisanie.
    [few] { $n } listy czekają na wpisanie.
    [many] { $n } list czeka na wpisanie.
   *[other] { $n } listy czeka na wpisanie.
}
import-first-none = Żadna lista nie czeka na wpisanie.
import-send = Prześlij listę pakunkową
import-no-donation = Nie zapisano jeszcze żadnej darowizny. Lista należy do darowizny: najpierw ją zapisz poleceniem holdfast donation new.
import-donation = Darowizna
import-sender = Kto sporządził listę
import-sender-donor = Darczyńca
import-custodian = Kto ma rzeczy
import-custodian-sender = Kto sporządził listę
import-file = Plik
import-file-hint = CSV lub XLSX, do 16 MiB i 200 000 wierszy. Nic nie zostanie zarejestrowane, zanim zobaczysz każdy wiersz.
import-read = Odczytaj listę
import-lists = Listy
import-none = Nie przesłano jeszcze żadnej listy.
import-came = Nadeszła
import-items = Sztuki
import-not-taken = Plik nie został przyjęty
import-not-done = Nic nie zrobiono
import-state-open = Czeka
import-state-committed = Wpisana
import-state-withdrawn = Wycofana
import-state-expired = Wygasła
import-why-empty = Plik jest pusty. Prześlij samą listę.
import-why-large = Lista jest za duża: najwyżej 16 MiB, 200 000 wierszy, 100 kolumn i 10 000 sztuk. Podziel ją.
import-why-quote = Komórka się nie kończy: cudzysłów otwarto i nie zamknięto albo tekst ma ponad 2000 znaków. Popraw to tam, gdzie powstała lista.
import-why-bomb = Skoroszyt rozpakowuje się do rozmiaru dużo większego niż lista. Zapisz go na nowo bez obrazów i formatowania albo jako CSV.
import-why-damaged = Plik jest uszkodzony lub niepełny. Otwórz go, zapisz na nowo i prześlij jeszcze raz.
import-why-macros = Skoroszyt zawiera makra, których nie przyjmujemy. Zapisz go jako .xlsx bez nich albo jako CSV.
import-why-kind = To nie jest CSV ani skoroszyt .xlsx bez hasła. Zapisz listę w jednym z tych formatów.
import-why-sheet = Skoroszyt nie ma takiego arkusza. Wybierz jeden z tych, które ma.
import-why-headings = Żadna kolumna nie nosi nagłówka numeru KIT, identyfikatora terminala ani numeru seryjnego. Pobierz wyciąg z konta jeszcze raz.
import-why-known = Ten sam plik został już wpisany do tej darowizny. Niczego nie wpisano ponownie.
import-why-changed = To, co byłoby wpisane, różni się od pokazanego: lista jest teraz czytana inaczej albo od tego czasu zarejestrowano sztuki. Niczego nie wpisano. Obejrzyj ją jeszcze raz.
import-why-over = Ta lista jest zakończona. Prześlij plik jeszcze raz, aby utworzyć nową.
import-why-busy = W tej chwili opracowywane są inne listy. Spróbuj za kilka sekund.
import-why-closed = Darowizna jest zamknięta. Wybierz inną.
import-why-donation = Wybierz darowiznę z listy.
import-why-file = Wybierz plik i ustawienia, które proponuje formularz.
import-why-other = Listy nie można przyjąć w obecnej postaci. Obejrzyj jej wiersze.
import-list = Lista { $id }
import-checking = Lista jest czytana. Gdy to się skończy, zobaczysz los każdego wiersza.
import-committing = Sztuki są wpisywane. Wycofanie listy zatrzyma to i nic nie zostanie zachowane.
import-refused = Listy nie można odczytać.
import-withdrawn = Lista została wycofana. Niczego nie zarejestrowano.
import-expired = Lista czekała dobę, jej plik usunięto. Niczego nie zarejestrowano; prześlij ją jeszcze raz.
import-committed = { $n ->
    [one] Z tej listy zarejestrowano { $n } sztukę.
    [few] Z tej listy zarejestrowano { $n } sztuki.
    [many] Z tej listy zarejestrowano { $n } sztuk.
   *[other] Z tej listy zarejestrowano { $n } sztuki.
}
import-ready = { $n ->
    [one] Żaden wiersz nie ma wad: można zarejestrować { $n } nową sztukę.
    [few] Żaden wiersz nie ma wad: można zarejestrować { $n } nowe sztuki.
    [many] Żaden wiersz nie ma wad: można zarejestrować { $n } nowych sztuk.
   *[other] Żaden wiersz nie ma wad: można zarejestrować { $n } nowej sztuki.
}
import-problems = { $n ->
    [one] { $n } wiersz ma wadę. Nic nie zostanie zarejestrowane, dopóki nie zostanie poprawiony.
    [few] { $n } wiersze mają wady. Nic nie zostanie zarejestrowane, dopóki nie zostaną poprawione.
    [many] { $n } wierszy ma wady. Nic nie zostanie zarejestrowane, dopóki nie zostaną poprawione.
   *[other] { $n } wiersza ma wady. Nic nie zostanie zarejestrowane, dopóki nie zostaną poprawione.
}
import-nothing = Żaden wiersz nie daje nowej sztuki. Wskaż poniżej, co zawierają kolumny.
import-rows-done = Opracowano wierszy
import-to-items = Do sprzętu
import-commit = Zarejestruj sztuki
import-notes = O pliku
import-rows = Wiersze
import-all-rows = Wszystkie wiersze
import-row = Wiersz
import-fate = Co się z nim stanie
import-why = Dlaczego
import-known-by = Rozpoznawany po
import-files = Wszystkie wiersze jako plik:
import-models = Modele
import-new = Nowe
import-given = Według darowizny
import-registered = Już zarejestrowane
import-no-line = Brak pozycji
import-reading = Jak czytana jest lista
import-reading-what = To, co tu wybierzesz, zostanie zapamiętane dla list tego nadawcy z tymi samymi nagłówkami, gdy tylko ta zostanie wpisana.
import-example = Pod nim:
import-field-none = Nieużywana
import-field-model = Model
import-field-maker = Producent
import-field-gtin = GTIN
import-field-serial = Numer seryjny
import-field-kit = Numer KIT
import-field-utid = Identyfikator terminala (UTID)
import-field-imei = IMEI
import-field-mac = Adres MAC
import-field-smbios-uuid = SMBIOS UUID
import-field-tpm-key = Klucz TPM
import-field-disk-serial = Numer seryjny dysku
import-field-ups-serial = Numer seryjny UPS
import-field-quantity = Ilość
import-field-name = Nazwa
import-field-carton = Karton
import-field-note = Uwaga
import-means = Który model oznacza
import-no-model = Żaden
import-model-of-rest = Model wierszy, które go nie podają
import-heading-row = Wiersz z nagłówkami
import-sheet = Arkusz
import-encoding = Kodowanie
import-as-found = Jak rozpoznano
import-delimiter = Między komórkami
import-leave-out = Co nie zatrzymuje listy
import-leave-repeated = Pomiń wiersze, które powtarzają się na liście
import-leave-registered = Pomiń wiersze już zarejestrowane
import-add-lines = Dodaj pozycję darowizny dla modeli, których w niej nie ma
import-read-again = Odczytaj jeszcze raz
import-remembered = Odczytano tak jak ostatnią listę tego nadawcy z tymi nagłówkami.
import-withdraw = Wycofaj listę
import-rows-left-out = Pominięte wiersze
import-lines-added = Dodane pozycje darowizny
import-commit-first = { $n ->
    [one] Zostanie zarejestrowana { $n } sztuka.
    [few] Zostaną zarejestrowane { $n } sztuki: wszystkie albo żadna.
    [many] Zostanie zarejestrowanych { $n } sztuk: wszystkie albo żadna.
   *[other] Zostanie zarejestrowane { $n } sztuki: wszystkie albo żadna.
}
import-commit-undo = Nie można tego cofnąć za jednym razem: błędy poprawia się potem osobno dla każdej sztuki.
import-commit-do = Zarejestruj teraz
import-back = Wróć do listy
import-back-to-lists = Do list
fate-wrong-identifier = Błędny numer
fate-missing-identifier = Brak numeru
fate-repeated = Powtarza się na liście
fate-registered = Już zarejestrowana
fate-unknown-model = Model nieznany
fate-no-line = Nie ma w darowiźnie
fate-quantity-without-serials = Ilość bez numerów seryjnych
fate-unreadable = Komórka nieczytelna
fate-left-out = Pominięty
fate-blank = Pusty
fate-new = Nowy
finding-check-digit = Cyfra kontrolna { $what } nie pasuje: ostatnia cyfra to { $found }, a powinna być { $wanted }. Odczytaj numer jeszcze raz.
finding-form = To nie jest zapisane jak { $what }.
finding-placeholder = { $text } stoi w miejscu numeru seryjnego i nim nie jest. Sprawdź tabliczkę znamionową.
finding-missing = Model ma: { $what }. W wierszu tego nie ma.
finding-repeated = { $what }: to samo stoi w wierszu { $row }.
finding-registered = { $what }: ma go już sztuka { $item } ({ $label }).
finding-unknown-model = Żaden model nie nazywa się { $name }. Wskaż poniżej, o który chodzi, albo utwórz go.
finding-several-models = Kilka modeli nazywa się { $name }. Dodaj producenta albo GTIN.
finding-no-model = Wiersz nie podaje modelu. Wybierz poniżej model dla listy.
finding-other-model = GTIN należy do innego modelu niż nazwa.
finding-no-line = Darowizna nie ma pozycji dla tego modelu.
finding-quantity = { $n ->
    [one] { $n } sztuka w jednym wierszu. Każda potrzebuje własnego wiersza.
    [few] { $n } sztuki w jednym wierszu. Każda potrzebuje własnego wiersza.
    [many] { $n } sztuk w jednym wierszu. Każda potrzebuje własnego wiersza.
   *[other] { $n } sztuki w jednym wierszu. Każda potrzebuje własnego wiersza.
}
finding-no-count = To nie jest liczba rzeczy.
finding-lost-digits = Arkusz uciął tę liczbę do 15 cyfr. Wpisz ją jako tekst.
finding-error-value = Komórka zawiera błąd arkusza.
finding-no-value = Komórka zawiera formułę bez zapisanej wartości. Formuły nie są obliczane.
note-encoding = Nic nie mówi, w jakim kodowaniu jest plik; odczytano go jako { $encoding }. Jeśli litery są błędne, wybierz poniżej inne.
note-undecodable = { $n ->
    [one] { $n } miejsce nic nie znaczy w tym kodowaniu.
    [few] { $n } miejsca nic nie znaczą w tym kodowaniu.
    [many] { $n } miejsc nic nie znaczy w tym kodowaniu.
   *[other] { $n } miejsca nic nie znaczy w tym kodowaniu.
}
note-formulas = { $n ->
    [one] { $n } komórka z formułą, { $cell }: wzięto zapisaną wartość, niczego nie obliczono.
    [few] { $n } komórki z formułami, pierwsza { $cell }: wzięto zapisane wartości, niczego nie obliczono.
    [many] { $n } komórek z formułami, pierwsza { $cell }: wzięto zapisane wartości, niczego nie obliczono.
   *[other] { $n } komórki z formułami, pierwsza { $cell }: wzięto zapisane wartości, niczego nie obliczono.
}
note-merged = { $n ->
    [one] { $n } obszar scalonych komórek, { $cell }: tekst liczy się tylko w pierwszej.
    [few] { $n } obszary scalonych komórek, pierwszy { $cell }: tekst liczy się tylko w pierwszej komórce każdego.
    [many] { $n } obszarów scalonych komórek, pierwszy { $cell }: tekst liczy się tylko w pierwszej komórce każdego.
   *[other] { $n } obszaru scalonych komórek, pierwszy { $cell }: tekst liczy się tylko w pierwszej komórce każdego.
}
note-sheets = Skoroszyt ma kilka arkuszy; odczytano { $sheet }. Inny możesz wybrać poniżej.
note-headed-alike = Kolumny { $first } i { $second } zawierają to samo według nagłówka { $heading }; liczy się pierwsza.
note-other-kind = Plik to { $kind }, cokolwiek mówi nazwa.
provider-title = Wyciąg z konta operatora satelitarnego
provider-what = Dla terminali bez agenta: kiedy operator uznaje je za aktywne. To słowo operatora, nigdy więcej niż poziom potwierdzenia E1.
provider-file = Wyciąg, CSV lub XLSX
provider-as-of = Stan na (UTC)
provider-as-of-hint = Kiedy sporządzono wyciąg. Puste: teraz.
provider-send = Prześlij wyciąg
provider-first = { $n ->
    [one] { $text } z { $n } wiersza wskazuje znaną sztukę.
    [few] { $text } z { $n } wierszy wskazuje znane sztuki.
    [many] { $text } z { $n } wierszy wskazuje znane sztuki.
   *[other] { $text } z { $n } wiersza wskazuje znane sztuki.
}
provider-level = Słowa operatora są zachowane przy każdej sztuce, tylko najnowsze. Poziom E1: czyjeś słowo.
provider-silent = Wiersze bez sztuki
provider-unknown = żadna sztuka tego nie ma
provider-several = ma to kilka sztuk
provider-no-identifier = brak użytecznego numeru
provider-repeated = inny wiersz mówi o tej samej sztuce
action-first-administrator = Utworzono pierwszego administratora
action-invitation-accept = Wybrano hasło z zaproszenia
action-password-change = Zmieniono hasło
action-second-factor-on = Ustawiono drugi składnik
action-second-factor-off = Usunięto drugi składnik
action-second-factor-remove = Usunięto cudzy drugi składnik
action-recovery-renew = Utworzono kody odzyskiwania
action-show-again = Ponownie zapytano o hasło lub kod
action-session-end = Zakończono własną sesję
action-sessions-end = Zakończono cudze sesje
action-party-new = Utworzono organizację
action-party-change = Zmieniono organizację
action-site-assign = Przydzielono obiekt
action-site-unassign = Odebrano obiekt
action-proposal-new = Zmiana zaproponowana
action-proposal-approve = Zmiana podpisana
action-proposal-refuse = Zmiana odrzucona
action-proposal-withdraw = Zmiana wycofana
action-site-party = Obiekt oddano organizacji
action-ticket-new = Utworzono bilet
action-ticket-approve = Zatwierdzono węzeł
action-ticket-revoke = Cofnięto bilet
action-ticket-second-key = Bilet pokazano z innym kluczem
action-node-enrol = Zarejestrowano węzeł
action-node-revoke = Odcięto węzeł
action-inventory-new = Utworzono w ewidencji
action-inventory-change = Zmieniono w ewidencji
action-custody-record = Zapisano o sprzęcie
action-handover-offer = Zaproponowano przekazanie
action-handover-answer = Odpowiedziano na przekazanie
action-handover-withdraw = Cofnięto przekazanie
