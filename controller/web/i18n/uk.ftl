# Українська. Слова станів стоять так, як у словнику проєкту; сторінки самі піднімають першу літеру.
# Апостроф у каталозі — U+02BC.

skip = Перейти до змісту
nav-label = Головне меню
nav-overview = Огляд
nav-sites = Обʼєкти
nav-nodes = Вузли
nav-equipment = Обладнання
nav-handovers = Приймання-передача
nav-donations = Пожертви
nav-donor = Мої пожертви
nav-health = Контролер
nav-me = Мої налаштування
nav-evidence = Підтвердження
nav-verify = Перевірка
nav-help = Довідка
nav-menu = Меню
crumbs-label = Шлях до цієї сторінки
index-label = На цій сторінці
page-made = Сторінку створено
refresh = Оновити
request = Запит
language = Мова
theme = Кольори
theme-system = Як у системі
theme-light = Світлі
theme-dark = Темні
theme-sun = Сонце
on = Увімкнено
off = Вимкнено
yes = так
no = ні
save = Зберегти
never = ніколи
no-reading = немає показу
time-unknown = час невідомий
nothing-recorded = нічого не записано
no-site = без обʼєкта
the-controller = контролер

live-on = Наживо
live-asking = Сторінка читається ще раз
live-paused = Оновлення призупинено
live-stopped = Оновлення припинилися { "{time}" }; ви бачите стан на той час
live-changed = змінено
live-pause = Призупинити
live-go = Продовжити
live-rows = Змін: { "{n}" }.
live-show = Показати

doubt = { $why } Усі стани наведено станом на { $time }.
doubt-just_started = Контролер щойно запустився й чекає на наступні звіти вузлів.
doubt-database = Контролер не має доступу до своєї бази даних.
doubt-clock = Годинник контролера викликає сумнів.
doubt-link = Власний канал звʼязку контролера викликає сумнів.
doubt-other = Контролер сумнівається в собі ({ $code }).

state-ok = працює
state-degraded = працює з обмеженнями
state-down = не працює
state-no_report = немає звіту
state-planned_silence = запланована тиша
state-maintenance = технічне обслуговування
state-not_yet_seen = ще не виходив на звʼязок
state-revoked = відкликано
state-not_known = невідомо
late = запізнюється
was = було: { $state }

means-ok = Звітує, як обіцяв, і все гаразд.
means-degraded = Звітує й сам повідомляє, що щось не так.
means-down = Про це сказав той, хто може це бачити: сам вузол, його термінал, джерело живлення або сусід.
means-no_report = Обіцяний строк звіту й запас після нього минули. Сама тиша не означає, що вузол не працює; поруч указано, що було відомо востаннє.
means-planned_silence = Мовчить за наказом. Під час запланованої тиші тривогою є звіт, що надійшов.
means-maintenance = На ньому виконують роботи.
means-not_yet_seen = Зареєстрований, але жодного разу не звітував.
means-revoked = Його сертифікат більше не приймається.
means-not_known = Контролер сумнівається в собі; останнє слово чинне на вказаний час.

says-plain = { $state }.
says-never = { $state }. Жодного звіту не було.
says-heard = { $state }. Останній звіт { $age } тому.
says-heard-late = { $state }, запізнюється. Останній звіт { $age } тому.
says-silent = { $state } вже { $age }.
says-silent-was = { $state } вже { $age }, було: { $was }.
says-site = Обʼєкт { $site }.
says-warnings = { $n ->
    [one] { $n } попередження.
    [few] { $n } попередження.
    [many] { $n } попереджень.
   *[other] { $n } попередження.
}

count-sites = { $n ->
    [one] { $n } обʼєкт
    [few] { $n } обʼєкти
    [many] { $n } обʼєктів
   *[other] { $n } обʼєкта
}
count-nodes = { $n ->
    [one] { $n } вузол
    [few] { $n } вузли
    [many] { $n } вузлів
   *[other] { $n } вузла
}
count-outages = { $n ->
    [one] { $n } перерва звʼязку
    [few] { $n } перерви звʼязку
    [many] { $n } перерв звʼязку
   *[other] { $n } перерви звʼязку
}
count-starts = { $n ->
    [one] { $n } запуск
    [few] { $n } запуски
    [many] { $n } запусків
   *[other] { $n } запуску
}
count-attempts = { $n ->
    [one] { $n } спроба
    [few] { $n } спроби
    [many] { $n } спроб
   *[other] { $n } спроби
}
count-rows = { $n ->
    [one] { $n } рядок
    [few] { $n } рядки
    [many] { $n } рядків
   *[other] { $n } рядка
}
shown-sites = { $n ->
    [one] { $shown } з { $n } обʼєкта
   *[other] { $shown } з { $n } обʼєктів
}
shown-nodes = { $n ->
    [one] { $shown } з { $n } вузла
   *[other] { $shown } з { $n } вузлів
}
shown-needs = { $shown } з { $n }

filter-label = Фільтри
filter-all = Усі
clear-filters = Скинути фільтри
pager-label = Сторінки списку
pager-next = Далі
pager-back = Назад
pager-first = Перша сторінка
filter-more = Більше фільтрів
filter-left-out = { $n ->
    [one] Ще { $n } значення тут не показано; його знайде пошук.
    [few] Ще { $n } значення тут не показано; їх знайде пошук.
    [many] Ще { $n } значень тут не показано; їх знайде пошук.
   *[other] Ще { $n } значення тут не показано; їх знайде пошук.
}
by-word = стан «{ $state }»
by-region = регіон { $region }
by-agent = агент { $agent }
by-site = обʼєкт { $site }
by-text = текст «{ $text }»
no-region = без регіону
map-title = Карта обʼєктів
map-list = Усі обʼєкти списком
map-link = Карта
map-regions = У { $n ->
    [one] { $n } регіоні.
    [few] { $n } регіонах.
    [many] { $n } регіонах.
   *[other] { $n } регіону.
}
map-label = Обʼєкти за регіонами України
map-region = { $region }: { $sites }, { $worst }
map-how = Число — скільки обʼєктів у регіоні, позначка — найнагальніший стан серед них. У таблиці те саме.
map-source = Контури: @svg-maps/ukraine, за mapsvg.com, спрощено;
region-ua-05 = Вінницька область
region-ua-07 = Волинська область
region-ua-09 = Луганська область
region-ua-12 = Дніпропетровська область
region-ua-14 = Донецька область
region-ua-18 = Житомирська область
region-ua-21 = Закарпатська область
region-ua-23 = Запорізька область
region-ua-26 = Івано-Франківська область
region-ua-30 = місто Київ
region-ua-32 = Київська область
region-ua-35 = Кіровоградська область
region-ua-40 = місто Севастополь
region-ua-43 = Автономна Республіка Крим
region-ua-46 = Львівська область
region-ua-48 = Миколаївська область
region-ua-51 = Одеська область
region-ua-53 = Полтавська область
region-ua-56 = Рівненська область
region-ua-59 = Сумська область
region-ua-61 = Тернопільська область
region-ua-63 = Харківська область
region-ua-65 = Херсонська область
region-ua-68 = Хмельницька область
region-ua-71 = Черкаська область
region-ua-74 = Чернігівська область
region-ua-77 = Чернівецька область
by-regions = За регіонами
groups-flat = Показати все одним списком
col-worst = Найгірший стан
col-was = Було
col-sites = Обʼєкти
show-times = Показати час
show-ages = Показати вік
order = Порядок
order-by = Упорядкувати за
apply = Застосувати
columns = Стовпці
columns-shown = Видимі стовпці
file-as = Файлом:
file-place = Точність місця
file-place-region = регіон; без точного місця
file-filter = Фільтр
file-no-filter = немає
views = Збережені вигляди
views-full = Більше виглядів цього списку не зберігається. Видаліть один, щоб зберегти інший.
view-name = Назва цього вигляду
view-keep = Зберегти цей вигляд
view-drop = Видалити
wall = Настінний вигляд
wall-open = Настінний вигляд для великого екрана
wall-close = Вийти з настінного вигляду
wall-more = { $n ->
    [one] І ще { $n }.
    [few] І ще { $n }.
    [many] І ще { $n }.
   *[other] І ще { $n }.
}
empty-filters = { $n ->
    [one] Немає збігів: { $filters }. Без фільтрів: { $n }.
    [few] Немає збігів: { $filters }. Без фільтрів: { $n }.
    [many] Немає збігів: { $filters }. Без фільтрів: { $n }.
   *[other] Немає збігів: { $filters }. Без фільтрів: { $n }.
}
search = Шукати
search-nodes = Код вузла або обʼєкт
search-sites = Назва обʼєкта
empty-end = Далі нічого немає.
list-empty-first = Тут поки що нічого немає.

overview-needs = { $n ->
    [0] Ніщо не потребує вашої уваги.
    [one] { $n } справа потребує вашої уваги.
    [few] { $n } справи потребують вашої уваги.
    [many] { $n } справ потребують вашої уваги.
   *[other] { $n } справи потребує вашої уваги.
}
overview-empty = Жодного вузла ще не зареєстровано.
queue = Що потребує вашої уваги
queue-empty = Ніщо не потребує вашої уваги. Коли вузол замовкне або повідомить про негаразд, він зʼявиться тут.
col-priority = Пріоритет
col-what = Що
col-where = Де
col-since = Відколи
col-next = Наступний крок
need-no-report = Немає звіту. Попередній стан невідомий.
need-no-report-was = Немає звіту, було: { $was }.
need-approval = Вузол чекає на схвалення. Порівняйте код { $code } з кодом на вузлі.
need-lost = { $n ->
    [one] { $n } запис втрачено назавжди.
    [few] { $n } записи втрачено назавжди.
    [many] { $n } записів втрачено назавжди.
   *[other] { $n } запису втрачено назавжди.
}
need-controller = Погляньте на перевірку контролера «{ $check }».
next-health = Відкрити стан контролера
next-node = Відкрити вузол { $node }
next-site = Відкрити обʼєкт
next-nodes = Відкрити вузли

reason-disk = Диск { $mount } заповнений на { $used }.
reason-memory = Памʼять зайнята на { $used }.
reason-hot = Датчик { $sensor } показує { $heat }.
reason-probe = Вимірювання { $probe } не вдається: { $why }.
reason-clock = Годинник не синхронізований.
reason-backlog = { $n ->
    [one] { $n } запис чекає на відправлення.
    [few] { $n } записи чекають на відправлення.
    [many] { $n } записів чекають на відправлення.
   *[other] { $n } запису чекає на відправлення.
}

sites-first = { $n ->
    [0] Жоден обʼєкт не потребує уваги.
    [one] { $n } обʼєкт потребує уваги.
    [few] { $n } обʼєкти потребують уваги.
    [many] { $n } обʼєктів потребують уваги.
   *[other] { $n } обʼєкта потребує уваги.
}
sites-none = Обʼєктів ще немає. Обʼєкт зʼявляється з першим квитком, у якому його названо.
nodes-first = { $n ->
    [0] Жоден вузол не потребує уваги.
    [one] { $n } вузол потребує уваги.
    [few] { $n } вузли потребують уваги.
    [many] { $n } вузлів потребують уваги.
   *[other] { $n } вузла потребує уваги.
}
nodes-none = Вузлів ще немає. Створіть квиток командою «holdfast ticket new» і зареєструйте за ним перший вузол.
site-no-nodes = На цьому обʼєкті немає вузлів. Створіть квиток із його назвою й зареєструйте там вузол.
col-status = Стан
col-site = Обʼєкт
col-region = Регіон
col-strip = Останні 24 год
col-heard = Останній звіт
col-nodes = Вузли
col-backlog = Черга на відправлення (записи)
col-lost = Втрачено (записи)
col-node = Вузол
col-route = Інтерфейс
col-rtt = Час обходу
col-agent = Агент

items-first = { $n ->
    [0] Жодна одиниця не потребує уваги.
    [one] { $n } одиниця потребує уваги.
    [few] { $n } одиниці потребують уваги.
    [many] { $n } одиниць потребують уваги.
   *[other] { $n } одиниці потребує уваги.
}
items-attention = Потребує уваги
items-not-shown = Вашій ролі не показано: { $what }. Це бачать бек-офіс і оператори.
items-none = Жодної одиниці не зареєстровано. Зареєструйте першу або відскануйте етикетку.
items-none-yours = Поки немає одиниць, які вам видно. Тут зʼявляється те, що розподілено або передано вашій організації чи працює на ваших обʼєктах.
items-short = Для пошуку напишіть щонайменше 3 знаки.
search-items = Код, назва або серійний номер
item-offered = чекає на приймання
item-offered-to = запропоновано: { $taker }
item-long = довше, ніж звично
item-new = Зареєструвати одиниці
col-item = Одиниця
col-item-state = Стан
col-code = Код
col-model = Модель
col-programme = Програма
col-donation = Пожертва
col-custodian = Відповідальна особа
col-container = Контейнер
col-last-event = Остання подія
col-offered = Запропоновано
file-place-none = без місця
item-state-registered = зареєстровано
item-state-allocated = розподілено
item-state-packed = спаковано
item-state-in_transit = у дорозі
item-state-received = прибуло
item-state-accepted = прийнято
item-state-in_store = на складі
item-state-in_service = в експлуатації
item-state-removed = знято
item-state-in_repair = у ремонті
item-state-returned = повернено
item-state-retired = списано
item-state-lost = втрачено
item-state-stolen = викрадено
item-state-destroyed = знищено
label-title = Зареєстрована допомога
label-first = Ця етикетка належить обладнанню, зареєстрованому в Holdfast.
label-found = Якщо ви знайшли його: не відкривайте й не вмикайте. Повідомте організацію, чия назва на обладнанні, або місцеву владу й назвіть їм код з етикетки.
label-not-said = Кому воно належить і де його місце, тут не сказано. Ця сторінка однакова для кожного коду.
label-yours = Якщо ви працюєте з цим обладнанням, увійдіть, щоб перейти до нього.
shown-items = { $n ->
    [one] { $shown } з { $n } одиниці
    [few] { $shown } з { $n } одиниць
    [many] { $shown } з { $n } одиниць
   *[other] { $shown } з { $n } одиниці
}

items-back = Назад до обладнання
item-back = Назад до одиниці
item-first = { $state }, від { $since }.
item-first-with = { $state }: { $custodian }, від { $since }.
item-first-at = { $state }: { $custodian }, регіон { $region }, від { $since }.
item-done-registered = Зареєстровано. Надрукуйте етикетку й наклейте.
item-done-recorded = Записано.
item-done-voided = Подія більше не враховується. Обидва записи лишаються в ланцюжку.
item-done-changed = Змінено.
item-promised = Призначено для
item-change = Змінити назву або рядок
item-change-first = Як її називають і за яким рядком пожертви її надано. Стан змінюється лише подіями.
item-change-failed = Не вдалося змінити одиницю
item-name = Назва
item-name-hint = Як її називають, наприклад «Термінал 7».
item-name-wrong = Напишіть назву до 200 знаків в одному рядку.
item-line = Рядок пожертви
item-no-line = немає
item-label = Етикетка
item-label-first = Надрукуйте цю сторінку й наклейте етикетку на одиницю. Код нічого не каже стороннім.
item-label-qr = Адреса етикетки як QR-код
item-label-says = Телефон відкриє адресу й перейде до одиниці, якщо людина увійшла.
item-record = Записати, що сталося
item-record-which = Виберіть, що сталося. Одна подія на сторінці.
item-record-can = Що можна записати зараз:
item-record-none = Зараз ви нічого не можете записати про цю одиницю.
item-record-not = Що зараз не можна записати й чому
item-chain = Ланцюжок відповідальності
item-void = Скасувати найновішу подію
item-void-first = Найновіша подія більше не враховуватиметься. Нічого не видаляється: ланцюжок показує обидва записи.
item-void-says = Це не можна скасувати. Потім запишіть правильну подію.
item-void-nothing = Тут ви нічого не можете скасувати. Скасувати можна лише найновішу подію: той, хто її записав, або бек-офіс; подію приймання-передачі — ні.
void-event = Подія
void-recorded = Записано
void-reason = Чому
void-did_not_occur = Цього не було
void-incorrect_data = Це було інакше
item-identifiers = Ідентифікатори
item-identifiers-none = Немає таких, які вам показано.
identifier-masked = приховано
item-reveal = Показати приховане
item-reveal-first = Причину буде записано з вашим іменем, перш ніж щось показати.
item-reveal-failed = Нічого не показано
item-reveal-not = Приховане показують операторам, а польовим інженерам і отримувачам — щодо їхнього.
item-revealed = Що було приховано
item-revealed-first = Показано один раз, з причини, яку ви назвали. Закрийте сторінку, коли прочитаєте.
item-deployments = Де працювала
deployment-now = дотепер
left-out-free_text = назви й нотатки
left-out-parties = пожертва й програма
left-out-custodian = відповідальна особа
left-out-site = обʼєкт і регіон
step-from-to = Від: { $giver }, кому: { $taker }
step-from = Від: { $giver }
step-to = Кому: { $taker }
step-at = На обʼєкті { $site }
step-at-region = На обʼєкті { $site }, регіон { $region }
step-recorded = Записано { $time }.
step-recorded-by = Записано { $time }: { $by }.
step-voided = не враховується
step-handover = Приймання-передача
handover-from-to = { $giver } → { $taker }
handover-offer = Передати
event-registered = Зареєстровано
event-allocated = Призначено
event-deallocated = Призначення скасовано
event-packed = Спаковано
event-unpacked = Розпаковано
event-departed = Відправлено
event-arrived = Прибуло
event-accepted = Прийнято
event-returned = Повернено
event-differed = Не прийнято
event-stored = Прийнято на склад
event-deployed = Введено в експлуатацію
event-removed = Знято з експлуатації
event-sent_to_repair = Віддано в ремонт
event-repaired = Відремонтовано
event-retired = Списано
event-lost = Втрачено
event-stolen = Викрадено
event-found = Знайдено
event-destroyed = Знищено
event-counted = Пораховано
event-voided = Скасовано
event-says-allocated = Одиницю призначено організації. Вона лишається, де є.
event-says-deallocated = Одиницю більше нікому не призначено.
event-says-packed = Одиниця в контейнері або спакована окремо.
event-says-unpacked = Одиницю вийнято з контейнера, вона на складі.
event-says-departed = Одиниця вирушила й у дорозі.
event-says-arrived = Одиниця там, куди її відправлено; там її ще ніхто не прийняв.
event-says-stored = Одиниця зберігається й не використовується.
event-says-deployed = Відтепер одиниця працює на обʼєкті.
event-says-removed = Одиниця більше не працює на обʼєкті.
event-says-sent_to_repair = Одиницю ремонтують.
event-says-repaired = Одиниця знову справна й на складі.
event-says-retired = Одиницю списано назавжди. Після цього про неї нічого не можна записати.
event-says-lost = Ніхто не знає, де одиниця. Це змінить лише знахідка.
event-says-stolen = Одиницю викрадено. Це змінить лише знахідка.
event-says-found = Одиниця знову є, у організації, на складі.
event-says-destroyed = Одиниці як речі більше немає. Після цього про неї нічого не можна записати.
event-says-counted = Хтось бачив одиницю на її місці. Стан не змінюється.
event-not-your-part = Ваші ролі цього не записують.
event-not-held = Лише про те, що має ваша організація.
event-only-when = Лише про одиницю у стані: { $states }.
record-party = Кому
record-custodian = Хто її має зараз
record-by-itself = спаковано окремо
record-site = Обʼєкт
record-site-hint = Кодова назва, наприклад «Береза 114».
record-site-wrong = Введіть кодову назву обʼєкта, який вам показано, літера в літеру.
record-node = Вузол
record-node-hint = Код компʼютера, у якому або як який вона працює. Лишіть порожнім, якщо його немає.
record-node-wrong = Введіть код вузла: вісім літер і цифр.
record-happened = Коли це сталося
record-happened-hint = Дата й час за UTC. Порожнє поле означає зараз.
record-happened-wrong = Введіть дату й час за UTC, наприклад 2026-11-24 14:02, або нічого.
record-note = Нотатка
record-note-hint = До 500 знаків. Без місця, точнішого за обʼєкт.
record-note-wrong = Напишіть нотатку до 500 знаків.
record-do = Записати
record-failed = Нічого не записано
form-optional = (можна лишити порожнім)
form-choose = виберіть
form-choose-one = Виберіть щось одне.
form-next = Далі
form-both = Що ви надіслали і що є зараз
form-field = Поле
form-yours = Ви надіслали
form-there = Є зараз
form-was-other = інший стан
refused-custody_state = Це не може статися з одиницею в її теперішньому стані. Подивіться на стан і на те, що можна записати.
refused-custody_earlier = Уже записано пізнішу подію. Спершу скасуйте її або введіть пізніший час.
refused-custody_future = Цей час ще не настав. Запишіть, коли це станеться.
refused-custody_nothing_to_void = Ця подія вже не враховується. Можливо, її вже скасовано.
refused-custody_not_newest = Скасувати можна лише найновішу подію. Спершу скасуйте пізніші.
refused-custody_foundation = Реєстрацію не можна скасувати. Спишіть одиницю з причиною в нотатці.
refused-by_handover = Це записують лише дві сторони приймання-передачі. Запропонуйте її.
refused-not_your_part = Ваші ролі цього не записують. Попросіть того, чиї записують.
refused-not_in_custody = Ваша організація не має цієї одиниці. Записує той, хто її має.
refused-node_elsewhere = Цей вузол зареєстровано для іншого обʼєкта. Назвіть той обʼєкт або зареєструйте вузол для цього.
refused-identifier_taken = Інша одиниця вже має один із цих ідентифікаторів. Подивіться на обидві таблички.
refused-taken = Назва або номер, що має бути єдиним, уже зайнято. Виберіть інший.
refused-missing_reference = Чогось, на що це посилається, більше немає. Відкрийте форму знову.
refused-handover_over = Цю приймання-передачу вже завершено.
refused-handover_not_yours = Це не для вашого боку. На вашу пропозицію відповідає хтось інший з того боку, що приймає.
refused-handover_in_another = Одна з цих одиниць чекає в іншій приймання-передачі. Спершу завершіть її.
refused-handover_state = Одну з цих одиниць не можна передати в її стані. Те, що в експлуатації, спершу знімають.
refused-stale = Хтось тим часом це змінив. Подивіться, що є зараз, і надішліть знову, якщо все ще правильно.
refused-other = Не вдалося. Перевірте кожне поле й спробуйте ще раз.
items-new-first = Виберіть модель і кількість. Довші переліки — через пакувальний лист.
items-new-of = Введіть, що на табличці кожної { $model }. Реєструються всі або жодна.
items-many = Скільки
items-many-wrong = { $n ->
    [one] Введіть число від 1 до { $n }.
    [few] Введіть число від 1 до { $n }.
    [many] Введіть число від 1 до { $n }.
   *[other] Введіть число від 1 до { $n }.
}
items-number = { $n ->
    [one] Одиниця { $n }
    [few] Одиниця { $n }
    [many] Одиниця { $n }
   *[other] Одиниця { $n }
}
items-new-failed = Нічого не зареєстровано
items-no-model = Ще немає моделей, а кожна одиниця — якоїсь моделі.
items-no-model-do = Створіть модель командою «holdfast model new» або імпортуйте пакувальний лист.
items-other-model = Інша модель або кількість
identifier-serial = Серійний номер
identifier-kit = Номер KIT
identifier-utid = UTID
identifier-imei = IMEI
identifier-mac = MAC-адреса
identifier-smbios_uuid = SMBIOS UUID
identifier-tpm_key = Хеш ключа TPM
identifier-disk_serial = Серійний номер диска
identifier-ups_serial = Серійний номер ДБЖ
identifier-form-serial = Введіть серійний номер виробника: від 1 до 64 літер, цифр і знаків.
identifier-form-kit = Введіть номер KIT: KIT і 8 або більше цифр.
identifier-form-utid = Введіть UTID, як його показує термінал.
identifier-form-imei = Введіть IMEI: 15 цифр.
identifier-form-mac = Введіть MAC-адресу: 12 шістнадцяткових цифр.
identifier-form-smbios_uuid = Введіть UUID: 32 шістнадцяткові цифри.
identifier-form-tpm_key = Введіть хеш ключа TPM: 64 шістнадцяткові цифри.
identifier-form-disk_serial = Введіть серійний номер диска: від 1 до 64 літер, цифр і знаків.
identifier-form-ups_serial = Введіть серійний номер ДБЖ: від 1 до 64 літер, цифр і знаків.
identifier-check-digit = Контрольна цифра не підходить: остання цифра { $found }, а має бути { $wanted }. Прочитайте ще раз.
identifier-placeholder = «{ $text }» — це виробник лишив замість номера. Подивіться на табличку.
identifier-missing = Прочитайте на табличці: його має кожна одиниця цієї моделі.
identifier-twice = Інша одиниця на цій сторінці має такий самий. Подивіться на обидві таблички.

handovers-back = Назад до приймання-передач
handover-back = Назад до приймання-передачі
handovers-first = { $n ->
    [0] Жодна приймання-передача на вас не чекає.
    [one] На вас чекає { $n } приймання-передача.
    [few] На вас чекають { $n } приймання-передачі.
    [many] На вас чекають { $n } приймань-передач.
   *[other] На вас чекає { $n } приймання-передачі.
}
handovers-open = Чекають
handovers-none = Ще немає приймання-передач. Запропонуйте першу або зачекайте, доки запропонують вам.
handovers-none-open = Жодна не чекає на відповідь.
handover-title = Приймання-передача
handover-sides = Від кого кому
handover-yours = чекає на вас
handover-offered = Запропоновано
handover-ends = Чинна до
handover-said = Відповідь
handover-first-open = Чекає на відповідь до { $time }.
handover-first-ended = { $outcome }, { $time }.
handover-is-offered = Запропоновано
handover-is-expired = Без відповіді вчасно
handover-is-withdrawn = Відкликано
handover-is-accepted = Прийнято
handover-is-accepted_with_differences = Прийнято з розбіжностями
handover-is-refused = Відмовлено
handover-done-offered = Запропоновано. Отримувач уже це бачить.
handover-done-answered = Відповідь записано. За прийняте тепер відповідаєте ви.
handover-done-withdrawn = Відкликано. Нічого не перейшло.
handover-delivery = Передача
handover-return = Повернення
handover-purpose = Мета
handover-giver = Хто передає
handover-giver-hint = Донори й перевізники не мусять входити: ви пропонуєте за них від свого імені.
handover-taker = Хто приймає
handover-items = Одиниці
handover-items-hint = Код з етикетки або серійний номер кожної, по одному в рядку.
handover-items-none = Введіть щонайменше одну одиницю.
handover-item-unknown = «{ $text }» — не код і не серійний номер однієї одиниці, яку вам показано. Прочитайте етикетку ще раз.
handover-not-theirs = Той, хто передає, не має однієї з цих одиниць. Подивіться, хто її має.
handover-days = Днів на відповідь
handover-days-hint = Від 1 до 90. Після цього пропозиція втрачає чинність.
handover-days-wrong = Введіть кількість днів від 1 до 90.
handover-offer-first = Той, хто приймає, відповідає щодо кожного рядка. Доти за одиниці відповідаєте ви.
handover-offer-do = Запропонувати
handover-failed = Нічого не записано
handover-answer = Відповісти
handover-answer-first = { $n ->
    [one] Скажіть про { $n } одиницю, що є насправді.
    [few] Скажіть про кожну з { $n } одиниць, що є насправді.
    [many] Скажіть про кожну з { $n } одиниць, що є насправді.
   *[other] Скажіть про кожну з { $n } одиниці, що є насправді.
}
handover-answer-says = За те, що ви приймете, відтепер відповідаєте ви. Відповідь не можна змінити; помилково прийняте передають назад.
handover-answer-do = Надіслати відповідь
handover-answer-all = Усе без відповіді є й неушкоджене
handover-not-answered = Відповідь не надіслано
handover-cannot-answer = Це не вам відповідати: приймання-передачу завершено, її запропонували ви або вона для когось іншого.
handover-withdraw = Відкликати
handover-withdraw-first = { $n ->
    [one] Пропозиція { $n } одиниці завершиться без відповіді. Її можна запропонувати знову.
    [few] Пропозиція { $n } одиниць завершиться без відповіді. Їх можна запропонувати знову.
    [many] Пропозиція { $n } одиниць завершиться без відповіді. Їх можна запропонувати знову.
   *[other] Пропозиція { $n } одиниці завершиться без відповіді. Її можна запропонувати знову.
}
handover-cannot-withdraw = Ви не можете це відкликати: її завершено або її запропонувала інша сторона.
handover-over-title = Прийшло понад список
handover-over = Що прийшло понад список
handover-over-hint = Як на етикетці, по одному в рядку.
handover-over-wrong = Введіть до 100 рядків до 200 знаків.
line-said = Що з нею
line-words = Словами
line-words-missing = Скажіть, що ушкоджено.
line-words-long = Напишіть до 200 знаків.
line-missing = Скажіть, що з цією одиницею.
line-waits = чекає
line-accepted = є, прийнято
line-accepted_damaged = ушкоджено, прийнято
line-short = немає
line-wrong_serial = замість неї інша
line-damaged = ушкоджено, не прийнято
line-refused = є, не прийнято

donations-first = Спершу найновіші.
donations-many = { $n ->
    [0] Немає пожертв.
    [one] { $n } пожертва.
    [few] { $n } пожертви.
    [many] { $n } пожертв.
   *[other] { $n } пожертви.
}
donations-none = Жодної пожертви не записано. Запишіть першу командою «holdfast donation new».
donations-nothing = Жодна пожертва не відповідає. Скиньте фільтри, щоб побачити всі.
donation-one = Пожертва
donation-title = Назва
donation-donors = Донори
donation-made = Записано
donation-draft = Чернетка
donation-agreed = Узгоджено
donation-closed = Завершено
donation-few = сказано разом
donation-share = { $donor }: { $share }
donation-title-passes = Власність переходить
donation-items = Її одиниці
donation-first = В експлуатації { $working } з { $given } ({ $share }), станом на { $time }.
donation-first-few = Надано одиниць: { $given }, станом на { $time }. Про кілька з них сказано разом.
donation-late = Цифри станом на { $time }, як узгоджено. Жодна не вказує на менш ніж { $least } одиниць.
title-on_acceptance = коли отримувач приймає
title-on_agreement = коли узгоджено
title-never = ніколи: це позика
rule-title = Що дізнаються донори
rule = Донори дізнаються: { $place }, { $days }, { $least }, { $serials }.
rule-place-none = без місця
rule-place-country = країну
rule-place-region = регіон
rule-days = { $n ->
    [0] без затримки
    [one] із затримкою { $n } день
    [few] із затримкою { $n } дні
    [many] із затримкою { $n } днів
   *[other] із затримкою { $n } дня
}
rule-least = { $n ->
    [one] групами від { $n }
    [few] групами від { $n }
    [many] групами від { $n }
   *[other] групами від { $n }
}
rule-serials = із серійними номерами
rule-no-serials = без серійних номерів
lines-title = Що з цим стало
lines-line = Рядок
lines-none = Ще немає рядків.
lines-says = Сума
lines-total = Усе, пораховане раз
lines-once = Кожну пожертву пораховано раз, хоч би хто її поділяв.
lines-explained = Надано — те, що каже пожертва; частини — зареєстровані за нею одиниці за тим, що про них записали люди. Втрачені містять і викрадені.
line-together = Разом { $items }: { $parts }.
line-few = Зареєстровано замало, щоб сказати скільки або де вони.
line-over = { $n ->
    [one] Зареєстровано на { $n } більше, ніж надано.
    [few] Зареєстровано на { $n } більше, ніж надано.
    [many] Зареєстровано на { $n } більше, ніж надано.
   *[other] Зареєстровано на { $n } більше, ніж надано.
}
line-adds-up = У сумі { $sum }.
line-does-not-add-up = Сума не сходиться. Повідомте того, хто веде контролер.
part-together = сказано разом з іншими
part-given = Надано
part-not_registered = Не зареєстровано
part-on_the_way = У дорозі
part-accepted = Прийнято
part-in_service = В експлуатації
part-in_repair = У ремонті
part-lost = Втрачено
part-returned = Повернено
part-written_off = Списано
donor-nothing = Ще не записано нічого, що надала ваша організація.
donor-none = Коли бек-офіс запише пожертву з часткою вашої організації, вона зʼявиться тут.
donor-how = Як це читати
donor-not-confirmed = Не підтверджено означає, що до нас не дійшов звіт; це не означає втрачено. Багато речей не мають компʼютера, який міг би звітувати: тоді в експлуатації — це слова людей.
donor-not-shown = Тут не показано ні місця, ні відповідальних осіб, ні серійних номерів, ні окремих одиниць. Частину, що вказала б на кілька одиниць, сказано разом з наступною.
programmes = Програми
programmes-first = { $n ->
    [0] Немає програм.
    [one] { $n } програма на цій сторінці.
    [few] { $n } програми на цій сторінці.
    [many] { $n } програм на цій сторінці.
   *[other] { $n } програми на цій сторінці.
}
programmes-none = Жодної програми не записано. Пожертва може бути й без програми.
programme-nothing = За цією програмою ще нічого не надано.
programme-tlp = Позначка
programme-activity = Діяльність IATI
models = Моделі
models-first = { $n ->
    [0] Немає моделей.
    [one] { $n } модель на цій сторінці.
    [few] { $n } моделі на цій сторінці.
    [many] { $n } моделей на цій сторінці.
   *[other] { $n } моделі на цій сторінці.
}
models-none = Жодної моделі не записано. Створіть її командою «holdfast model new» або імпортуйте пакувальний лист.
model-category = Категорія
model-carries = Кожна має
containers = Контейнери
containers-first = { $n ->
    [0] Немає контейнерів.
    [one] { $n } контейнер на цій сторінці.
    [few] { $n } контейнери на цій сторінці.
    [many] { $n } контейнерів на цій сторінці.
   *[other] { $n } контейнера на цій сторінці.
}
containers-none = Жодного контейнера не записано.
container-seal = Пломба
waits-title = Чекає на вас
waits-proposals = { $n ->
    [one] { $n } зміна чекає на ваш підпис.
    [few] { $n } зміни чекають на ваш підпис.
    [many] { $n } змін чекають на ваш підпис.
   *[other] { $n } зміни чекають на ваш підпис.
}
waits-unaccepted = { $n ->
    [one] { $n } одиниця прибула й не прийнята 72 години.
    [few] { $n } одиниці прибули й не прийняті 72 години.
    [many] { $n } одиниць прибули й не прийняті 72 години.
   *[other] { $n } одиниці прибуло й не прийнято 72 години.
}

node-wrong = Що не так
node-timeline = Часова шкала
node-charts = Графіки
node-readings = Покази
node-spool = Черга на відправлення
node-identity = Посвідчення
readings-none = Жодного показу ще не надійшло. Перший прийде з наступним звітом вузла.
range-label = Проміжок часу
range-15min = 15 хв
range-1h = 1 год
range-24h = 24 год
range-7d = 7 д
range-30d = 30 д
range-90d = 90 д
range-own = Власний проміжок
range-own-hint = Дата й час за UTC. Посилання на цю сторінку зберігає проміжок.
range-from = Від (UTC)
range-to = До (UTC)
range-show = Показати
range-from-to = від { $from } до { $to }
range-wrong = Не вдалося показати цей проміжок
range-wrong-from = Введіть початок: дату й час за UTC, наприклад 2026-11-24 14:02.
range-wrong-to = Введіть кінець: дату й час за UTC, наприклад 2026-11-24 15:02.
range-wrong-order = Введіть кінець, пізніший за початок.
range-wrong-long = Введіть проміжок не довший за 400 днів.
range-wrong-ahead = Введіть початок, який уже минув. Про майбутній час нічого не відомо.
lane-presence = Стан
lane-outages = Перерви звʼязку
lane-starts = Запуски
lane-late = Надійшло пізно
late-arrived = Дані, що надійшли пізно: { $time }
start-machine = Запуск машини, завантаження { $boot }
start-agent = Запуск агента, завантаження { $boot }
event-outage = Перерва звʼязку: { $cause }, { $attempts }
events-none = За цей проміжок нічого не записано.
events-more = { $n ->
    [one] Ще { $n } давніший рядок не показано. Виберіть коротший проміжок.
    [few] Ще { $n } давніші рядки не показано. Виберіть коротший проміжок.
    [many] Ще { $n } давніших рядків не показано. Виберіть коротший проміжок.
   *[other] Ще { $n } давнішого рядка не показано. Виберіть коротший проміжок.
}
cause-no_route = немає маршруту
cause-no_name = не вдалося знайти адресу за назвою
cause-refused = контролер відмовив або був недоступний
cause-silent = немає відповіді у строк
cause-tls = помилка TLS
cause-told = контролер завершив сеанс
cause-closed = зʼєднання закрито без пояснень
cause-other = інша причина
col-from = Від
col-to = До
col-length = Тривалість
col-reading = Показ
col-value = Значення
col-rate = За секунду
col-measured = Виміряно
group-link = Звʼязок із контролером
group-host = Машина
group-disk = Диски
group-net = Мережа
group-agent = Агент і годинник
group-other = Інші покази

chart-table = Показати таблицею
chart-table-title = Те саме таблицею
chart-keys = Стрілки ліворуч і праворуч читають точки
chart-empty = За цей проміжок немає показів.
chart-summary = Від { $low } до { $high }, середнє { $mean }, останнє { $newest }. Виміри є за { $covered } часу.
chart-load = Завантажити { $name } за { $range }
chart-heard = Останній звіт { $time }
chart-heard-ago = Останній звіт { $age } тому.
export = Забрати як
export-place = Місце
export-place-region = не точніше за регіон
export-bucket = Довжина рядка (с)
export-made = Створено { "{time}" } UTC у Holdfast
export-failed = Не вдалося створити зображення. Спробуйте ще раз або візьміть CSV.
col-from-utc = Від (UTC)
col-min = Найменше
col-mean = Середнє
col-max = Найбільше
col-present = Частка вимірів

spool-waiting = { $n ->
    [one] { $n } запис чекає на відправлення.
    [few] { $n } записи чекають на відправлення.
    [many] { $n } записів чекають на відправлення.
   *[other] { $n } запису чекає на відправлення.
}
spool-unknown = Вузол не повідомив, скільки записів він тримає.
spool-lost = { $n ->
    [one] { $n } запис втрачено назавжди.
    [few] { $n } записи втрачено назавжди.
    [many] { $n } записів втрачено назавжди.
   *[other] { $n } запису втрачено назавжди.
}
spool-records = Записи, що чекають
spool-bytes = Обсяг на диску
spool-missing = Записи, що ще можуть надійти
spool-lost-label = Записи, втрачені назавжди
certificate-left = Сертифікат чинний ще { $left }, до { $date }.
certificate-ended = Строк сертифіката минув { $left } тому, { $date }.
identity-enrolled = Зареєстровано
identity-ends = Сертифікат чинний до
identity-code = Код
identity-boot = Завантаження
identity-clock = Годинник
clock-trusted = синхронізований, ± { $error }
clock-untrusted = не синхронізований

health-title = Стан контролера
health-question = Чи можна довіряти цим сторінкам?
health-yes = Так.
health-no = { $n ->
    [one] Ні: не пройдено { $n } перевірку.
    [few] Ні: не пройдено { $n } перевірки.
    [many] Ні: не пройдено { $n } перевірок.
   *[other] Ні: не пройдено { $n } перевірки.
}
health-none = Контролер ще не перевіряв себе.
verdict-ok = гаразд
verdict-warn = варто глянути
verdict-fail = не пройдено
verdict-unknown = невідомо
check-ingest = Приймання звітів
check-database = База даних
check-history = Історія
check-disk = Диск
check-clock = Годинник
check-certificate_server = Сертифікат сервера
check-certificate_intermediate = Проміжний сертифікат
check-certificate_root = Кореневий сертифікат
check-root_key = Кореневий ключ
check-backup = Резервна копія
check-backup_none = Резервної копії немає
check-backup_late = Резервна копія запізнюється
check-backup_failed = Резервну копію не створено
check-backup_untested = Резервну копію не перевірено її ключем
check-restored = Відновлено з резервної копії
figure-records_per_second = Прийнято записів
figure-delay_ms_max = Найбільша затримка
figure-commit_ms_max = Найдовше збереження
figure-queued = Записів у черзі
figure-refused = Відхилено записів
figure-registry_bytes = Реєстр
figure-history_bytes = Історія
figure-log_bytes = Журнал випереджального запису
figure-failed_commits = Невдалих збережень
figure-records_days = Записи зберігаються
figure-rollups_days = Підсумки зберігаються
figure-hours_waiting = Годин чекають підсумку
figure-free_bytes = Вільно
figure-size_bytes = Обсяг
figure-jump_seconds = Останній стрибок
figure-jumps = Стрибків
figure-days_left = Залишилося
figure-backup_age_hours = Давність найновішої
figure-backup_bytes = Її розмір
figure-backup_seconds = Створення тривало
figure-backup_tested_days = Відкрито її ключем, тому
figure-restored_from_days = Дані станом на, тому
figure-restored_days = Відновлено, тому
explain-ingest = Звіти спершу зберігаються, потім підтверджуються. Коли збереження повільне, вузли тримають звіти в себе й нічого не губиться.
explain-database = Реєстр та історію можна читати й записувати.
explain-disk = Місце там, де лежать дані. Коли воно скінчиться, вузли триматимуть звіти в себе, доки місце не зʼявиться.
explain-clock = Давність на цих сторінках рахується за цим годинником.
explain-certificate_server = Коли строк сертифіката мине, вузли відмовлятимуть контролеру.
explain-certificate_intermediate = Вузли приймають цей парк лише поки сертифікат чинний.
explain-certificate_root = Вузли приймають цей парк лише поки сертифікат чинний.
explain-root_key = Кореневий ключ не повинен лежати на цій машині. Зберігайте його в надійному місці й видаліть звідси.
explain-backup = Усе, що внесли люди, ключі та виміри, зашифровані ключем, якого немає на цій машині.
explain-backup_none = Резервних копій не створено. Задайте backup.folder і backup.recipients у налаштуваннях або виконайте «holdfast-controller backup».
explain-backup_late = Найновіша резервна копія старша, ніж має бути. Перевірте, чи є її тека і чи є в ній місце.
explain-backup_failed = Остання спроба не дала резервної копії; причина в журналі. Спроба повторюється щочверть години.
explain-backup_untested = Ніхто ще не показав, що ключ відкриває резервну копію. Там, де зберігається ключ, виконайте «holdfast-controller restore --check» і введіть тут слова командою «backup-proof».
explain-restored = Того, що сталося після створення копії, тут немає. Перевірте, які вузли було відкликано і кого заблоковано відтоді, потім виконайте «holdfast-controller restore --looked-through».

evidence-first = { $n ->
    [one] Власний вузол побачив { $confirmed } з { $n } одиниці на цій сторінці за найновіший оприлюднений тиждень.
    [few] Власний вузол побачив { $confirmed } з { $n } одиниць на цій сторінці за найновіший оприлюднений тиждень.
    [many] Власний вузол побачив { $confirmed } з { $n } одиниць на цій сторінці за найновіший оприлюднений тиждень.
   *[other] Власний вузол побачив { $confirmed } з { $n } одиниці на цій сторінці за найновіший оприлюднений тиждень.
}
evidence-none = Для вашої організації ще не записано жодного дару. Його записує бек-офіс.
evidence-donations = Дари
evidence-file = Файли за тижнями
evidence-no-items = Жодної одиниці цього дару ще не зареєстровано.
evidence-no-week = жодного тижня ще не оприлюднено
evidence-withheld-serials = Умови цього дару не розкривають донорам серійних номерів, а файл підтвердження називає такий номер. Бек-офіс може погодити з вами інші умови.
evidence-withheld-few = { $n ->
    [one] Умови цього дару нічого не розкривають про менш ніж { $n } одиницю.
    [few] Умови цього дару нічого не розкривають про менш ніж { $n } одиниці, а файл підтвердження стосується однієї. Бек-офіс може погодити з вами інші умови.
    [many] Умови цього дару нічого не розкривають про менш ніж { $n } одиниць, а файл підтвердження стосується однієї. Бек-офіс може погодити з вами інші умови.
   *[other] Умови цього дару нічого не розкривають про менш ніж { $n } одиниці, а файл підтвердження стосується однієї.
}
evidence-withheld-until = Поки що нічого не розкрито: умови цього дару розкривають це пізніше.
evidence-level-E0 = E0 · лише зареєстровано
evidence-level-E1 = E1 · так сказала людина
evidence-level-E2 = E2 · так сказав пристрій
evidence-how = Як це перевірити
evidence-how-text = Файл називає серійний номер, тиждень, скільки разів одиницю бачили й найдовшу перерву; місця — ніколи. Не побачено означає, що до нас не дійшло жодне свідчення, а не що одиницю втрачено. Кожен файл можна перевірити без нас:

verify-first = Файл підтвердження перевіряється тут, у вашому браузері. Нічого не надсилається.
verify-no-script = Для перевірки потрібен скрипт, а цей браузер його не виконує. Те саме без мережі робить програма:
verify-file = Файл підтвердження
verify-file-hint = Виберіть його або перетягніть сюди.
verify-paste = Натомість вставити текст
verify-pasted = Вміст файлу
verify-key = Ключ перевірки
verify-key-label = Ключ перевірки парку
verify-key-hint = Це оприлюднює цей контролер. Якщо ви маєте ключ від людей парку, поставте сюди його: сторінка не може поручитися за контролер, з якого вона походить.
verify-here = Тут не можна визначити: цей браузер не має Ed25519. Візьміть новіший або програму, названу нижче.
verify-steps = Кроки перевірки
verify-step = Крок
verify-answer = Відповідь
verify-says = Що каже файл
verify-says-not = Він не каже, де одиниця, у якому вона стані та в кого.
verify-trust = Чому ще треба довіряти
verify-offline = Без цієї сторінки
verify-offline-text = Вимкніть мережу й перевірте ще раз: відповідь та сама. Програма holdfast verify робить це без браузера, а формат описано на одній сторінці документації, тож перевірку може написати будь-хто.
verify-root = SHA-256 ключа кореня цього парку, щоб порівняти з тим, що вам сказали його люди:
verify-verdict-genuine = Справжній
verify-verdict-not_genuine = Несправжній
verify-verdict-cannot_tell = Не можна визначити
verify-means-genuine = Кожен крок підтверджено. Нижче — що каже файл і чому ще треба довіряти.
verify-means-not_genuine = Один із кроків не підтверджено. Не вірте нічому, що каже файл, і повідомте людей парку.
verify-means-cannot_tell = Жоден крок не суперечить, та один не вдалося перевірити. Можливо, файл іншого парку або чогось бракує.
verify-answer-genuine = справжнє
verify-answer-not_genuine = несправжнє
verify-answer-cannot_tell = не можна визначити
verify-answer-not_needed = не потрібно на цьому рівні
verify-step-form = Файл підтвердження, цілий
verify-step-controller_signature = Підписано й відтоді не змінено
verify-step-controller_key = Підписано ключем цього парку
verify-step-certificates = Сертифікат вузла веде до кореня парку
verify-step-node_signature = Вузол сам підписав те, що побачив
verify-step-binding = Серійний номер той, що привʼязаний до ключа цього вузла
verify-step-window = Тиждень, кількість спостережень і найдовша перерва
verify-say-item = Одиниця
verify-say-model = Модель
verify-say-serial = Серійний номер
verify-say-week = Тиждень
verify-say-level = Рівень підтвердження
verify-say-observations = Спостереження
verify-say-gap = Найдовша перерва
verify-say-made = Файл створено
verify-trust-key_from_elsewhere = Що ключ перевірки належить парку.
verify-trust-level_by_word = Що так сказала людина, зі слів контролера: жоден пристрій цього не підтверджує.
verify-trust-binding_by_word = Що номер і вузол привʼязав той, хто прийняв одиницю, зі слів контролера.
verify-trust-issuer = Що контролер, який видає сертифікати, не створив для цього другого вузла.
verify-trust-node_key_kept = Що ключ вузла ніколи його не залишав: він лежить там у файлі.
verify-trust-serial_by_software = Що серійний номер справді цієї речі: його читає програма, а мікропрограму можна переписати.
verify-trust-node_clock = Що годинник вузла йшов правильно.
verify-trust-controller_clock = Що годинник контролера йшов правильно — для того, що вузол сказав без власного.
verify-trust-no_ledger = Що контролер каже всім те саме: журналу прозорості ще немає.

help-first = Що означають слова на цих сторінках і як ними користуватися.
help-words = Слова станів
help-ages = Давність
help-ages-text = Біля кожного значення вказано його давність. Давність рахується за годинником контролера, а не вашого браузера. Час указано в UTC.
help-charts = Графіки
help-charts-text = Лінія показує середнє, смуга — від найменшого до найбільшого. Розрив означає, що вимірів немає; лінії через нього не зʼєднуються. Тонка лінія означає, що частини вимірів бракує. Після часу останнього звіту нічого не намальовано.
help-keys = Клавіші
help-keys-text = Клавіші не діють, коли ви пишете в полі. Їх можна вимкнути у своїх налаштуваннях.
help-trouble = Коли щось не вдалося
help-trouble-text = Сторінка, що не вдалася, називає номер запиту. Передайте його тому, хто обслуговує контролер: причина є в журналі під тим самим номером.
help-licences = Ліцензія бібліотеки графіків
key-facets = перейти до фільтрів
key-filter = перейти до пошуку
key-overview = перейти до огляду
key-sites = перейти до обʼєктів
key-nodes = перейти до вузлів
key-health = перейти до стану контролера
key-down = наступний рядок
key-up = попередній рядок
key-open = відкрити рядок
key-ages = давність або час
key-pause = призупинити або продовжити оновлення
key-help = цей перелік

me-first = Ви ввійшли як { $name }.
me-keys = Окремі клавіші як скорочення
me-zone = Час указано в UTC.
session-soon = Сеанс завершиться { "{time}" }.
session-stay = Залишитися в системі
session-over = Сеанс завершився { "{time}" }. Ви бачите стан до цього часу.
session-again = Увійти знову
session-last = Цей сеанс більше не можна подовжити. Увійдіть знову, перш ніж він завершиться.
me-session = Сеанс
me-ends = Цей сеанс завершиться { $time }.
me-ends-idle = Цей сеанс завершиться { $time } або { $idle }, якщо до того нічого не відкривати.
sign-out = Вийти
sign-out-says = Вихід завершує лише цей сеанс на цьому пристрої.
sign-in = Увійти
sign-in-first = Увійдіть, щоб побачити парк вузлів.
name = Імʼя
password = Пароль
error-prefix = Помилка:
sign-in-wrong = Не вдалося ввійти
sign-in-wrong-text = Імʼя або пароль неправильні. Перевірте обидва й спробуйте ще раз.
sign-in-many = Забагато спроб
sign-in-many-text = Забагато невдалих спроб. Зачекайте { $wait } і спробуйте ще раз.
sign-in-failed = Не вдалося ввійти
sign-in-failed-text = Контролер не зміг перевірити пароль. Спробуйте ще раз; якщо знову не вдасться, передайте номер запиту тому, хто обслуговує контролер.
sign-in-busy-text = Зараз одночасно входить забагато людей. Спробуйте ще раз за кілька секунд.
code = Код
code-hint = Лише якщо ви налаштували другий фактор: шість цифр або код відновлення.
code-hint-again = Шість цифр із застосунку-автентифікатора або один із ваших кодів відновлення.
code-title = Ваш код
code-first = Імʼя й пароль правильні. Введіть код, який показує ваш застосунок-автентифікатор.
code-other-person = Увійти під іншим імʼям
code-over = Увійдіть ще раз
code-over-text = Минуло понад пʼять хвилин або код надто часто був неправильним. Введіть імʼя й пароль ще раз.
code-wrong = Код не прийнято
code-wrong-text = Код неправильний. Введіть шість цифр, які застосунок показує зараз.
code-used-text = Цей код уже використано. Зачекайте на наступний, щонайбільше пів хвилини.
code-ahead-text = Код належить до іншого моменту: годинник вашого автентифікатора випереджає контролер приблизно на { $length }. Встановіть час за мережею й візьміть новий код.
code-behind-text = Код належить до іншого моменту: годинник вашого автентифікатора відстає від контролера приблизно на { $length }. Встановіть час за мережею й візьміть новий код.
welcome-link = Мене запросили, або я забув пароль
welcome-title = Виберіть пароль
welcome-first = Код запрошення дозволяє вибрати пароль, якого ніхто інший не бачив. Хто забув пароль, просить адміністратора про нове запрошення.
welcome-name-hint = Імʼя, під яким вас запросили.
welcome-code = Код запрошення
welcome-code-hint = Шістнадцять літер і цифр групами по чотири.
welcome-go = Зберегти пароль і ввійти
welcome-wrong = Запрошення не прийнято
welcome-wrong-text = Запрошення з таким імʼям і кодом не діє: щось із них неправильне, або його вже використано чи строк минув. Попросіть нове в того, хто вас запросив.
me-party = Організація
me-roles = Ролі
me-factor = Другий фактор
me-factor-off = Ви входите лише за паролем. Хто його дізнається, зможе ввійти як ви.
me-factor-set-up = Налаштувати другий фактор
me-factor-first = Застосунок-автентифікатор на телефоні створює код кожні 30 секунд. Після пароля вхід запитуватиме цей код.
me-factor-qr = QR-код вашого другого фактора
me-factor-scan = Відскануйте це застосунком.
me-factor-type = Або введіть це в нього, з пробілами чи без.
me-factor-then = Потім введіть код, який показує застосунок. Лише тоді другий фактор почне діяти.
me-factor-confirm = Підтвердити
me-factor-begin = Почати
me-factor-failed = Не вдалося почати
me-factor-there = У вас уже є другий фактор.
me-factor-none = Немає другого фактора для підтвердження. Почніть знову.
me-recovery-renew = Створити нові коди відновлення
me-recovery-failed = Не вдалося створити коди відновлення
me-remove = Вилучити другий фактор
me-remove-says = Потрібні ваш пароль і код. Коди відновлення зникнуть разом із ним.
me-remove-failed = Не вдалося вилучити другий фактор
me-again = Пароль або код ще раз
me-again-hint = Ваш пароль або шість цифр із застосунку. Це діє пʼять хвилин.
me-again-password-hint = Це діє пʼять хвилин.
me-again-text = Введіть ще раз пароль або код.
me-password = Пароль
me-password-says = Новий пароль завершує ваші сеанси в інших місцях.
me-password-old = Теперішній пароль
me-password-change = Змінити пароль
me-password-failed = Не вдалося змінити пароль
me-password-wrong-text = Пароль неправильний. Перевірте його й спробуйте ще раз.
me-sessions = Мої сеанси
me-session-kind = Де
me-session-since = Відколи
me-session-seen = Останній запит
me-session-browser = Браузер
me-session-tool = Термінал
me-session-this = цей
me-session-end = Завершити
me-session-none = Цей сеанс уже завершено.
me-sessions-end = Завершити всі інші сеанси
me-looks = Мова й вигляд
me-codes = Коди відновлення
me-codes-first = Десять кодів, кожен діє один раз замість коду застосунку. Їх показано лише зараз.
me-codes-keep = Роздрукуйте цю сторінку або запишіть коди й зберігайте їх окремо від телефона.
me-codes-done = Я їх зберіг
me-done-password = Пароль змінено, інші ваші сеанси завершено.
me-done-factor-removed = Другий фактор вилучено.
me-done-session = Сеанс завершено.
me-done-sessions = Усі інші сеанси завершено.
me-done-token = Токен відкликано. Хто ним користувався, відтепер дістає відмову.
tokens = Токени для програм
tokens-none = Жодна програма не діє від вашого імені. Токен дозволяє скрипту звертатися до API від вас, не більше, ніж ви виберете.
tokens-many = { $n ->
    [one] Діє { $n } токен.
    [few] Діють { $n } токени.
    [many] Діє { $n } токенів.
   *[other] Діє { $n } токена.
}
tokens-name = Назва
tokens-name-hint = Яка програма, на якій машині. До 64 символів.
tokens-scopes = Для чого
tokens-used = Останнє використання
tokens-ends = Діє до
tokens-revoke = Відкликати
tokens-revoked = Відкликано
tokens-over = Завершився
tokens-make = Створити токен
tokens-first = Токен дозволяє програмі звертатися до API від вас: доступне те, що відкриває і ваш вибір тут, і ваші ролі на ту мить. Його показано один раз, на наступній сторінці.
tokens-do = Створити цей токен
tokens-days = Скільки днів він діє
tokens-days-hint = Не більше { $n }.
tokens-failed = Токен не створено
tokens-full = У вас стільки токенів, скільки може бути. Відкличте той, який уже нічому не потрібен.
tokens-scopes-wrong = Виберіть принаймні одне з того, що тут запропоновано.
tokens-days-wrong = Напишіть ціле число днів, від 1 до 365.
tokens-made = Ваш токен
tokens-made-first = Токен показано лише зараз. Ніхто не зможе прочитати його ще раз.
tokens-text = Токен
tokens-care = Покладіть його туди, звідки його читає програма, у файл, якого не читає більше ніхто. Хто його має, може те, для чого він, без вашого пароля. Якщо його загублено або хтось його бачив, відкличте його на своїй сторінці.
tokens-kept = Я його зберіг
scope-sites-read = Читати обʼєкти
scope-sites-write = Змінювати обʼєкти, вносити місця
scope-nodes-read = Читати вузли, огляд і живу стрічку
scope-nodes-write = Відлучати вузли
scope-tickets-read = Читати квитки
scope-tickets-write = Створювати, схвалювати й відкликати квитки
scope-parties-read = Читати організації
scope-parties-write = Створювати й змінювати організації
scope-people-read = Читати людей
scope-people-write = Блокувати людей і знову впускати
scope-items-read = Читати обладнання, дари й приймання-передачі
scope-items-write = Записувати, що стається з обладнанням
scope-audit-read = Читати журнал дій
scope-health-read = Читати стан контролера
me-factor-on = { $n ->
    [one] Його налаштовано. Залишився { $n } код відновлення.
    [few] Його налаштовано. Залишилося { $n } коди відновлення.
    [many] Його налаштовано. Залишилося { $n } кодів відновлення.
   *[other] Його налаштовано. Залишилося { $n } коду відновлення.
}
me-done-recovery-used = { $n ->
    [one] Ви ввійшли за кодом відновлення. Залишився { $n }; створіть нові.
    [few] Ви ввійшли за кодом відновлення. Залишилося { $n }.
    [many] Ви ввійшли за кодом відновлення. Залишилося { $n }.
   *[other] Ви ввійшли за кодом відновлення. Залишилося { $n }.
}
factor-due = Налаштуйте другий фактор протягом { $left }; потім буде відкрита лише ваша сторінка.
factor-overdue = Час без другого фактора минув. Доки його не налаштовано, відкриті лише ваша сторінка й вихід.
problem-second-factor = Спершу налаштуйте другий фактор
problem-second-factor-why = Тут кожен має мати другий фактор, і час без нього минув.
problem-second-factor-do = Налаштуйте його застосунком-автентифікатором; усе відкриється одразу.
first-link = Створити першого адміністратора
first-title = Перший адміністратор
first-first = Увійти ще ніхто не може. Код із консолі контролера створює першого адміністратора.
first-code = Одноразовий код
first-code-hint = Його вивела команда «holdfast-controller init». Він діє 72 години.
first-name-hint = З цим іменем ви входитимете.
first-password = Новий пароль
first-password-hint = Щонайменше 15 символів. Підійде речення з пʼяти слів; пробіли теж рахуються.
first-make = Створити адміністратора
first-wrong = Не вдалося створити адміністратора
first-code-wrong = Код неправильний, уже використаний або старший за 72 години. Виведіть новий на контролері командою «holdfast-controller first-code».
first-name-wrong = Введіть імʼя завдовжки від 1 до 64 символів.
first-password-wrong = Введіть інший пароль: щонайменше 15 символів, не ваше імʼя й не той самий символ багато разів.
first-done = Адміністратор уже є. Увійдіть.

problem-not-found = Не знайдено
problem-not-found-why = За цією адресою нічого немає, або це не показується вашій ролі.
problem-not-found-do = Перевірте адресу або почніть з огляду.
problem-forbidden = Не показується вашій ролі
problem-forbidden-why = Ваша роль не охоплює цієї сторінки.
problem-forbidden-do = Адміністратор може надати вам роль, яка її охоплює.
problem-foreign = Надіслано з іншого сайту
problem-foreign-why = Браузер повідомляє, що цю зміну надіслано зі сторінки іншого сайту, тому її не зроблено.
problem-foreign-do = Відкрийте сторінку самого Holdfast і зробіть це там.
problem-bad-request = Не зрозуміло
problem-bad-request-why = В адресі або формі є те, чого ця сторінка не знає.
problem-bad-request-do = Поверніться на попередню сторінку й спробуйте ще раз.
problem-too-much = Забагато для однієї сторінки
problem-too-much-why = Запитане більше, ніж уміщує один графік або файл.
problem-too-much-do = Виберіть коротший проміжок або звузьте список фільтром.
problem-too-many = Забагато запитів
problem-too-many-why = Звідси за короткий час надійшло забагато запитів.
problem-too-many-do = Зачекайте хвилину й оновіть сторінку.
problem-failed = Не вдалося створити сторінку
problem-failed-why = У контролера стався збій під час читання даних. Причина є в його журналі під номером запиту.
problem-failed-do = Оновіть сторінку. Якщо збій повториться, перегляньте стан контролера й передайте номер запиту тому, хто його обслуговує.
problem-busy = Не готово
problem-busy-why = Контролер запускається, зупиняється або перевантажений.
problem-busy-do = Зачекайте кілька секунд і оновіть сторінку.

field-host_cpu_busy_percent = Процесор, зайнятий
field-host_cpu_user_percent = Процесор, програми
field-host_cpu_system_percent = Процесор, система
field-host_cpu_iowait_percent = Процесор, очікування дисків
field-host_cpu_steal_percent = Процесор, забрано хостом
field-host_cpu_count = Процесори
field-host_load1 = Навантаження, 1 хвилина
field-host_load5 = Навантаження, 5 хвилин
field-host_load15 = Навантаження, 15 хвилин
field-host_processes = Процеси й потоки
field-host_context_switches_total = Перемикання контексту
field-host_memory_total_bytes = Памʼять, усього
field-host_memory_used_bytes = Памʼять, зайнято
field-host_memory_available_bytes = Памʼять, доступно
field-host_memory_cached_bytes = Памʼять, кеш
field-host_swap_total_bytes = Підкачка, усього
field-host_swap_used_bytes = Підкачка, зайнято
field-host_open_files = Відкриті файли
field-host_uptime_seconds = Працює без перерви
field-disk_size_bytes = Диск, обсяг
field-disk_used_bytes = Диск, зайнято
field-disk_available_bytes = Диск, доступно
field-disk_inodes_used_percent = Диск, зайняті inode
field-disk_read_bytes_total = Диск, прочитано
field-disk_written_bytes_total = Диск, записано
field-disk_busy_ms_total = Диск, час роботи
field-temperature_celsius = Температура
field-net_receive_bytes_total = Отримано
field-net_transmit_bytes_total = Надіслано
field-net_receive_errors_total = Помилки приймання
field-net_transmit_errors_total = Помилки надсилання
field-net_receive_dropped_total = Відкинуто під час приймання
field-net_transmit_dropped_total = Відкинуто під час надсилання
field-net_carrier = Кабель або радіо підключено
field-net_carrier_changes_total = Зміни несучої
field-agent_resident_bytes = Агент, памʼять
field-agent_cpu_ms_total = Агент, час процесора
field-agent_open_files = Агент, відкриті файли
field-agent_sent_bytes_total = Агент, надіслано
field-agent_received_bytes_total = Агент, отримано
field-agent_spool_records = Черга, записи чекають
field-agent_spool_bytes = Черга, обсяг на диску
field-link_connected = Зʼєднано
field-link_route = Несе зʼєднання
field-link_rtt_ms = Час обходу
field-link_rtt_min_ms = Час обходу, найменший
field-link_retransmits_total = Повторні передавання
field-link_reconnects_total = Встановлені зʼєднання
field-link_outages_total = Втрачені зʼєднання
field-clock_synchronised = Годинник синхронізований
field-clock_error_ms = Годинник, найбільша похибка

# Ролі, і звідки починають ті, хто не має огляду
role-administrator = адміністратор
role-operator = оператор
role-field_engineer = польовий інженер
role-back_office = бек-офіс
role-recipient = отримувач
role-donor = донор
role-auditor = аудитор
nav-home = Початок
home-first = Вхід виконано: { $name }.
home-can = Що ви можете робити сьогодні
home-does-administrator = Керувати людьми, організаціями, обʼєктами та вузлами.
home-does-operator = Стежити за обʼєктами та вузлами й діяти там, де потрібна людина.
home-does-field_engineer = Створювати квитки й запускати вузли командою holdfast. Бачити призначені вам обʼєкти, їхні вузли й обладнання; записувати, що з ним стається, і передавати його.
home-does-back_office = Записувати пожертви й одиниці обладнання, розподіляти, пакувати, відправляти й передавати їх.
home-does-recipient = Відповідати на те, що вам передають, бачити обладнання, обʼєкти й вузли своєї організації та записувати, що з ними стається.
home-does-donor = Читати, що стало з тим, що надала ваша організація.
home-does-auditor = Читати, які є одиниці обладнання і в якому стані, за етикеткою й серійним номером.
home-more = Що вам відкрито, залежить від ваших ролей. Якщо чогось бракує, зверніться до адміністратора, який вас запросив.

# Точні місця
place-title = Точне місце
place-first = Місце показується 5 хвилин. Ваше імʼя, час і причина записуються. Не більше ніж { $n } показів на годину.
place-none = Точне місце цього обʼєкта ніхто не вніс. Це може зробити адміністратор або оператор.
place-reason = Для чого воно вам потрібне
place-reason-hint = Від 10 до 200 знаків. Не пишіть тут самого місця.
place-show = Показати точне місце
place-back = Назад до обʼєкта
place-hide = Сховати зараз
place-not-shown = Місце не показано
place-reason-wrong = Напишіть в одному рядку від 10 до 200 знаків, для чого вам потрібне місце.
place-too-many = За годину вам показали стільки місць, скільки дозволено одній особі. Зверніться до іншої особи, яка має право їх бачити, або зачекайте.
place-shown-until = Показано до
place-latitude = Широта, градуси на північ
place-longitude = Довгота, градуси на схід
place-note = Примітка
place-care = Скажіть його вголос або запишіть від руки. Не надсилайте його повідомленням чи зображенням.

# Люди
nav-people = Люди
people-first = { $n ->
    [one] Увійти може { $n } особа.
    [few] Увійти можуть { $n } особи.
    [many] Увійти можуть { $n } осіб.
   *[other] Увійти можуть { $n } особи.
}
people-first-factor = { $n ->
    [0] Усі мають другий фактор.
    [one] З них без другого фактора: { $n }.
    [few] З них без другого фактора: { $n }.
    [many] З них без другого фактора: { $n }.
   *[other] З них без другого фактора: { $n }.
}
people-first-locked = { $n ->
    [0] Нікого не заблоковано.
    [one] Заблоковано { $n } особу.
    [few] Заблоковано { $n } особи.
    [many] Заблоковано { $n } осіб.
   *[other] Заблоковано { $n } особи.
}
people-none = Тут нікого немає.
people-state = Стан
people-active = Може увійти
people-locked = Заблоковано
people-invited = Запрошено
people-no-way-in = Увійти не може
people-seen = Останній вхід
people-sessions = Сеанси
people-invite = Запросити особу
people-invite-first = Особа обирає пароль за кодом, який показується один раз, на наступній сторінці.
people-invite-do = Створити запрошення
people-back = До людей
people-name-hint = З ним особа входить; може бути кодова назва. До 64 знаків.
people-not-invited = Нікого не запрошено
people-no-roles = Оберіть принаймні одну роль.
people-no-party = Оберіть організацію зі списку.
people-name-taken = З цим іменем, такими чи іншими літерами, входить інша особа. Візьміть інше імʼя.
people-name-wrong = Напишіть від 1 до 64 знаків одним рядком.
people-invited-title = Запрошення
people-invited-first = Код показано цей єдиний раз. Прочитати його знову не зможе ніхто.
people-code = Код
people-code-ends = Діє до
people-invited-waits = Їхні ролі дають точні місця, тому їх підписує друга особа. До того часу вони можуть увійти й не бачать нічого.
people-invited-care = Передайте його особі самі, голосом або на папері. Його вводять на сторінці /welcome разом з імʼям і новим паролем. Якщо код втрачено, запросіть знову.
person-title = Людина
person-first-active = { $name } може входити, з другим фактором.
person-first-bare = { $name } може входити, поки без другого фактора.
person-first-locked = { $name }: вхід заблоковано.
person-first-invited = { $name }: запрошення діє, пароль ще не вибрано.
person-first-no-way-in = { $name } не може ввійти: немає ні пароля, ні чинного запрошення.
person-first-in = Перший вхід
person-invited-until = Запрошення діє до
person-audit = Що робила ця людина
person-change = Організація та ролі
person-unchanged = Організацію та ролі не змінено
person-own-roles = Ніхто не додає ролей сам собі. Зверніться до іншого адміністратора.
person-last = Більше нікому було б керувати. Спершу зробіть адміністратором ще когось.
person-stale = Тим часом хтось інший змінив дані цієї людини. Теперішнє видно вище, ваш вибір збережено нижче. Порівняйте й відкрийте сторінку ще раз.
person-sites = Призначені обʼєкти
person-sites-say = Польовий інженер бачить вузли призначених йому обʼєктів, а після пояснення причини і їхні точні місця.
person-assign-which = Кодова назва обʼєкта
person-assign = Призначити обʼєкт
person-unassign = Забрати
person-not-assigned = Обʼєкт не призначено
person-no-site = Немає обʼєкта з такою кодовою назвою. Скопіюйте її зі списку обʼєктів.
person-no-sessions = Відкритих сеансів немає.
person-no-tokens = Токенів немає.
person-acts = Вхід
person-back = Назад до людини
person-reason = Чому
person-reason-hint = Від 10 до 200 символів, для журналу дій. Не пишіть місця.
person-reason-wrong = Напишіть одним рядком від 10 до 200 символів, чому.
person-not-done = Нічого не зроблено
person-lock-sessions = { $n ->
    [one] { $n } сеанс завершиться одразу.
    [few] { $n } сеанси завершаться одразу.
    [many] { $n } сеансів завершаться одразу.
   *[other] { $n } сеансу завершаться одразу.
}
person-lock-tokens = { $n ->
    [one] { $n } токен більше нічого не відкриє.
    [few] { $n } токени більше нічого не відкриють.
    [many] { $n } токенів більше нічого не відкриють.
   *[other] { $n } токена більше нічого не відкриють.
}
person-act-lock = Заблокувати
person-act-lock-undo = Людину можна впустити знову будь-коли; її пароль, другий фактор і токени зберігаються.
person-act-unlock = Впустити знову
person-act-unlock-first = Людина знову зможе входити, а її токени відкриватимуть те саме, що раніше.
person-act-unlock-undo = Людину можна знову заблокувати будь-коли.
person-act-sessions = Завершити всі сеанси
person-act-sessions-undo = Скасувати не можна; людина може ввійти знову.
person-act-factor = Вилучити другий фактор
person-act-factor-first = Другий фактор і коди відновлення зникнуть; доки не налаштовано новий, для входу досить пароля.
person-act-factor-undo = Скасувати не можна; людина налаштує новий. Переконайтеся, хто вас про це просить: саме про це просив би злодій.
person-act-invite = Запросити ще раз
person-act-invite-first = Людина вибере новий пароль за кодом, який буде показано один раз, на наступній сторінці.
person-act-invite-undo = Старий пароль діє, доки код не використано. Хто має другий фактор, далі його потребує.
person-done-changed = Організацію та ролі змінено.
person-done-lock = Людину заблоковано.
person-done-unlock = Людина знову може входити.
person-done-sessions = Усі сеанси завершено.
person-done-factor = Другий фактор вилучено.
person-done-assigned = Обʼєкт призначено.
person-done-unassigned = Обʼєкт забрано.
tokens-hold = Діє
parties-title = Організації
parties-first = { $n ->
    [one] { $n } організація: хто дає, керує, перевозить і отримує.
    [few] { $n } організації: хто дає, керує, перевозить і отримує.
    [many] { $n } організацій: хто дає, керує, перевозить і отримує.
   *[other] { $n } організації: хто дає, керує, перевозить і отримує.
}
parties-here = { $n ->
    [one] { $n } організація на цій сторінці.
    [few] { $n } організації на цій сторінці.
    [many] { $n } організацій на цій сторінці.
   *[other] { $n } організації на цій сторінці.
}
parties-make = Створити організацію
parties-change = Змінити організацію
parties-form-first = Назва організації може бути кодовою.
parties-kind = Вид
parties-country = Країна
parties-country-hint = Дві літери за ISO 3166-1, наприклад PL, або нічого.
parties-not-kept = Організацію не збережено
parties-name-taken = Інша організація має цю назву, такими чи іншими великими літерами. Візьміть іншу.
parties-stale = Тим часом хтось інший змінив цю організацію. Написане вами збережено тут; теперішнє видно у списку.
parties-kind-wrong = Виберіть зі списку.
parties-country-wrong = Напишіть дві літери, наприклад PL, або нічого.
party-operator = оператор
party-back_office = офіс підтримки
party-donor = донор
party-recipient = отримувач
party-carrier = перевізник
proposals-title = Зміни, для яких потрібні двоє
proposals-say = Те, що розкриває донорам більше або дає комусь точні місця, набуває чинності, коли підпише друга особа.
proposals-waiting = Лише ті, що чекають
proposals-all = Усі
proposals-none = Ще нічого не запропоновано. Зміна, для якої потрібні двоє, зʼявиться тут сама.
proposals-none-waiting = Нічого не чекає на другу особу.
proposal-title = Зміна, для якої потрібні двоє
proposal-change = Зміна
proposal-by = Хто запропонував
proposal-by-you = ви
proposal-by-another = інша особа
proposal-made = Запропоновано
proposal-state = Стан
proposal-ends = Можна підписати до
proposal-who = Ще можуть підписати
proposal-wanted-for = Для чого потрібно
proposal-ended = Завершено
proposal-ended-by = Хто завершив
proposal-state-waiting = чекає
proposal-state-approved = підписано
proposal-state-refused = відхилено
proposal-state-withdrawn = відкликано
proposal-state-expired = не підписано вчасно
proposal-state-overtaken = втратила чинність
proposal-first-sign = Чекає на ваш підпис або підпис іншої особи. Поки що нічого не змінено.
proposal-first-waits = Чекає на другу особу. Поки що нічого не змінено.
proposal-first-approved = Друга особа підписала, зміну зроблено.
proposal-first-refused = Друга особа відхилила. Нічого не змінено.
proposal-first-withdrawn = Пропозицію відкликано. Нічого не змінено.
proposal-first-expired = Ніхто не підписав вчасно. Нічого не змінено; запропонуйте знову.
proposal-first-overtaken = Те, що мало змінитися, тим часом змінилося. Пропозиція нічого не змінила; запропонуйте знову на тому, що є тепер.
proposal-nobody = Зараз ніхто інший не може підписати. Запросіть ще одну особу з цим правом, наприклад адміністратора; після входу вона зможе підписати.
proposal-differences = Що зміниться
proposal-before = Було
proposal-after = Буде
proposal-none = немає
proposal-sign = Підписати або відхилити
proposal-sign-say = З вашим підписом зміну буде зроблено одразу, під обома іменами. Політику можна знову посилити, роль забрати; те, що тим часом розкрито чи показано, залишиться відомим.
proposal-approve = Підписати
proposal-refuse = Відхилити
proposal-withdraw = Відкликати
proposal-back = До всіх змін, для яких потрібні двоє
proposal-not-done = Нічого не зроблено
proposal-own = Це запропонували ви. Підписує або відхиляє друга особа.
proposal-gains = Ця зміна дає вам більше. Підписує хтось інший.
proposal-is-overtaken = Те, що мало змінитися, тим часом змінилося. Пропозиція нічого не змінила.
proposal-over = Пропозицію вже завершено. Зараз нічого не змінено.
proposal-done-new = Зміну запропоновано. Для неї потрібна друга особа.
proposal-done-approve = Ви підписали. Зміну зроблено.
proposal-done-refuse = Ви відхилили.
proposal-done-withdraw = Ви відкликали.
proposal-kind-donation = Змінити дар { $thing }
proposal-kind-programme = Змінити програму { $thing }
proposal-kind-member = Змінити організацію або ролі: { $thing }
proposal-kind-assignment = Призначити обʼєкт: { $thing }
proposal-kind-site-party = Закріпити обʼєкт за організацією: { $thing }
proposal-kind-showing = Показати ще одне точне місце: { $thing }
proposal-what-place = Місце, яке повідомляють донорам
proposal-what-delay-days = Із якою затримкою повідомляють донорам
proposal-what-least-items = Найменша кількість одиниць у показнику
proposal-what-serials = Серійні номери
proposal-what-title = Назва
proposal-what-state = Стан
proposal-what-programme = Програма
proposal-what-title-passes = Право власності переходить
proposal-what-shares = Частки
proposal-what-terms = Геш умов
proposal-what-activity = Діяльність IATI
proposal-what-tlp = Позначка
proposal-what-party = Організація
proposal-what-roles = Ролі
proposal-what-assigned = Обʼєкт
proposal-place-none = немає
proposal-place-country = країна
proposal-place-region = область
proposal-serials-told = повідомляють
proposal-serials-not = не повідомляють
proposals-first = { $n ->
    [one] { $n } зміна чекає на ваш підпис.
    [few] { $n } зміни чекають на ваш підпис.
    [many] { $n } змін чекають на ваш підпис.
   *[other] { $n } зміни чекають на ваш підпис.
}
proposal-first-own = { $n ->
    [one] Чекає на другу особу; підписати може { $n }. Поки що нічого не змінено.
    [few] Чекає на другу особу; підписати можуть { $n }. Поки що нічого не змінено.
    [many] Чекає на другу особу; підписати можуть { $n }. Поки що нічого не змінено.
   *[other] Чекає на другу особу; підписати можуть { $n }. Поки що нічого не змінено.
}
proposal-signers = { $n ->
    [one] { $n } інша особа
    [few] { $n } інші особи
    [many] { $n } інших осіб
   *[other] { $n } іншої особи
}
proposal-days = { $n ->
    [one] { $n } день
    [few] { $n } дні
    [many] { $n } днів
   *[other] { $n } дня
}
proposal-items = { $n ->
    [one] { $n } одиниця
    [few] { $n } одиниці
    [many] { $n } одиниць
   *[other] { $n } одиниці
}
places-title = Хто бачить точні місця
places-first = { $n ->
    [one] Точні місця може побачити { $n } людина.
    [few] Точні місця можуть побачити { $n } людини.
    [many] Точні місця можуть побачити { $n } людей.
   *[other] Точні місця можуть побачити { $n } людини.
}
places-first-sites = { $n ->
    [one] Відоме місце { $n } обʼєкта.
    [few] Відомі місця { $n } обʼєктів.
    [many] Відомі місця { $n } обʼєктів.
   *[other] Відомі місця { $n } обʼєкта.
}
places-say = Кожному місце показують після пояснення причини, на пʼять хвилин, не більше пʼяти разів на годину. Кожен показ є в журналі дій.
places-by-person = За людьми
places-by-site = За обʼєктами
places-nobody = Ніхто не може.
places-no-sites = Жодного місця не відомо. Адміністратор або оператор вносить його командою «holdfast site place set».
places-why = Чому
places-times = Скільки разів показано
places-last = Востаннє показано
places-people = Скільки людей може
places-every = { $role }: кожен обʼєкт
places-these = { $role }: { $sites }
places-none-yet = { $role }: поки жодного обʼєкта
places-no-longer = Більше не може
region-title = Регіон обʼєкта
region-first = Вам буде показано кодову назву, регіон і організацію обʼєкта, не ближче. Причину буде записано в журнал дій.
region-shown = Це показано вам після пояснення причини, яку записано в журнал дій.
region-show = Показати регіон
region-not-shown = Регіон не показано
nav-audit = Журнал дій
audit-whole = Журнал цілий: записів { $entries }, жодного не змінено й не вилучено, станом на { $age } тому.
audit-broken = Журнал не такий, яким його записано. Цілі записи: { $entries }; що йде за ними, не ціле, станом на { $age } тому.
audit-not-walked = Чи журнал цілий, від запуску контролера ще не перевірено.
audit-broken-title = Записи змінено або вилучено
audit-broken-do = Збережіть копію теки даних контролера такою, як є. Команда «holdfast audit verify» скаже, який це запис; скопійовані вчасно голови скажуть, доки журнал був цілий.
audit-check = Перевірити весь журнал зараз
audit-time = Час
audit-who = Хто
audit-who-number = Номер людини
audit-action = Дія
audit-thing = З чим
audit-result = Результат
audit-reason = Причина
audit-number = Номер у ланцюгу
audit-previous = Геш попереднього запису
audit-any = будь-що
audit-from = Від (UTC)
audit-to = До (UTC)
audit-done = виконано
audit-refused = відмовлено
audit-nobody = без входу
audit-person = людина { $number }
audit-none-fits = Жоден запис не відповідає фільтрам.
audit-empty = Ще нічого не записано.
action-sign-in = Вхід
action-sign-out = Вихід
action-refused = Запит не за роллю
action-place-show = Показано точне місце
action-place-enter = Внесено точне місце
action-region-show = Показано регіон
action-person-change = Змінено організацію або ролі
action-person-invite = Запрошено
action-person-lock = Заблоковано
action-person-unlock = Знову впущено
action-token-new = Створено токен
action-token-revoke = Відкликано токен
action-export = Вивантажено файлом
action-restored = Відновлено з резервної копії
action-item-reveal = Показано таємні ідентифікатори

# Import: packing lists and a provider's account export.
import-title = Імпорт
import-first = { $n ->
    [one] { $n } список чекає на внесення.
    [few] { $n } списки чекають на внесення.
    [many] { $n } списків чекають на внесення.
   *[other] { $n } списку чекають на внесення.
}
import-first-none = Жоден список не чекає на внесення.
import-send = Надіслати пакувальний список
import-no-donation = Ще не записано жодного дару. Список належить до дару: спершу запишіть його командою holdfast donation new.
import-donation = Дар
import-sender = Хто склав список
import-sender-donor = Донор
import-custodian = У кого речі
import-custodian-sender = Хто склав список
import-file = Файл
import-file-hint = CSV або XLSX, до 16 MiB і 200 000 рядків. Нічого не буде зареєстровано, доки ви не побачите кожен рядок.
import-read = Прочитати список
import-lists = Списки
import-none = Ще не надіслано жодного списку.
import-came = Надійшов
import-items = Одиниці
import-not-taken = Файл не прийнято
import-not-done = Нічого не зроблено
import-state-open = Чекає
import-state-committed = Внесено
import-state-withdrawn = Відкликано
import-state-expired = Строк минув
import-why-empty = Файл порожній. Надішліть сам список.
import-why-large = Список завеликий: найбільше 16 MiB, 200 000 рядків, 100 стовпців і 10 000 одиниць. Розділіть його.
import-why-quote = Клітинка не закінчується: лапки відкрито й не закрито, або текст довший за 2000 символів. Виправте це там, де складено список.
import-why-bomb = Книга розпаковується до значно більшого обсягу, ніж список. Збережіть її знову без зображень і форматування або як CSV.
import-why-damaged = Файл пошкоджено, або він неповний. Відкрийте його, збережіть знову й надішліть ще раз.
import-why-macros = У книзі є макроси, їх не приймаємо. Збережіть її як .xlsx без них або як CSV.
import-why-kind = Це не CSV і не книга .xlsx без пароля. Збережіть список в одному з цих форматів.
import-why-sheet = У книзі немає такого аркуша. Виберіть той, що є.
import-why-headings = Жоден стовпець не названо номером KIT, ідентифікатором термінала чи серійним номером. Завантажте виписку з облікового запису ще раз.
import-why-known = Цей самий файл уже внесено для цього дару. Повторно нічого не внесено.
import-why-changed = Те, що було б внесено, відрізняється від показаного: список тепер читається інакше, або відтоді зареєстровано одиниці. Нічого не внесено. Перегляньте ще раз.
import-why-over = Зі списком уже завершено. Надішліть файл ще раз для нового.
import-why-busy = Зараз опрацьовуються інші списки. Спробуйте за кілька секунд.
import-why-closed = Дар закрито. Виберіть інший.
import-why-donation = Виберіть дар зі списку.
import-why-file = Виберіть файл і налаштування, які пропонує форма.
import-why-other = Список не можна прийняти таким, як він є. Перегляньте його рядки.
import-list = Список { $id }
import-checking = Список читається. Коли буде завершено, буде показано долю кожного рядка.
import-committing = Одиниці вносяться. Відкликання списку зупинить це, і нічого не буде збережено.
import-refused = Список не можна прочитати.
import-withdrawn = Список відкликано. Нічого не зареєстровано.
import-expired = Список чекав добу, його файл видалено. Нічого не зареєстровано; надішліть його ще раз.
import-committed = { $n ->
    [one] З цього списку зареєстровано { $n } одиницю.
    [few] З цього списку зареєстровано { $n } одиниці.
    [many] З цього списку зареєстровано { $n } одиниць.
   *[other] З цього списку зареєстровано { $n } одиниці.
}
import-ready = { $n ->
    [one] Жоден рядок не має вад: можна зареєструвати { $n } нову одиницю.
    [few] Жоден рядок не має вад: можна зареєструвати { $n } нові одиниці.
    [many] Жоден рядок не має вад: можна зареєструвати { $n } нових одиниць.
   *[other] Жоден рядок не має вад: можна зареєструвати { $n } нової одиниці.
}
import-problems = { $n ->
    [one] { $n } рядок має ваду. Нічого не буде зареєстровано, доки її не виправлено.
    [few] { $n } рядки мають вади. Нічого не буде зареєстровано, доки їх не виправлено.
    [many] { $n } рядків мають вади. Нічого не буде зареєстровано, доки їх не виправлено.
   *[other] { $n } рядка мають вади. Нічого не буде зареєстровано, доки їх не виправлено.
}
import-nothing = Жоден рядок не дає нової одиниці. Вкажіть нижче, що містять стовпці.
import-rows-done = Опрацьовано рядків
import-to-items = До обладнання
import-commit = Зареєструвати одиниці
import-notes = Про файл
import-rows = Рядки
import-all-rows = Усі рядки
import-row = Рядок
import-fate = Що з ним буде
import-why = Чому
import-known-by = Розпізнається за
import-files = Усі рядки файлом:
import-models = Моделі
import-new = Нові
import-given = За даром
import-registered = Вже зареєстровано
import-no-line = Немає рядка дару
import-reading = Як читається список
import-reading-what = Вибране тут буде запамʼятано для списків цього відправника з такими самими заголовками, щойно цей буде внесено.
import-example = Під ним:
import-field-none = Не використовується
import-field-model = Модель
import-field-maker = Виробник
import-field-gtin = GTIN
import-field-serial = Серійний номер
import-field-kit = Номер KIT
import-field-utid = Ідентифікатор термінала (UTID)
import-field-imei = IMEI
import-field-mac = MAC-адреса
import-field-smbios-uuid = SMBIOS UUID
import-field-tpm-key = Ключ TPM
import-field-disk-serial = Серійний номер диска
import-field-ups-serial = Серійний номер ДБЖ
import-field-quantity = Кількість
import-field-name = Назва
import-field-carton = Коробка
import-field-note = Примітка
import-means = Яку модель означає
import-no-model = Жодна
import-model-of-rest = Модель рядків, де її не названо
import-heading-row = Рядок із заголовками
import-sheet = Аркуш
import-encoding = Кодування
import-as-found = Як визначено
import-delimiter = Між клітинками
import-leave-out = Що не зупиняє список
import-leave-repeated = Пропустити рядки, що повторюються у списку
import-leave-registered = Пропустити вже зареєстровані рядки
import-add-lines = Додати рядок дару для моделей, яких у ньому немає
import-read-again = Прочитати ще раз
import-remembered = Прочитано так само, як останній список цього відправника з такими заголовками.
import-withdraw = Відкликати список
import-rows-left-out = Пропущено рядків
import-lines-added = Додано рядків дару
import-commit-first = { $n ->
    [one] Буде зареєстровано { $n } одиницю.
    [few] Буде зареєстровано { $n } одиниці: усі або жодну.
    [many] Буде зареєстровано { $n } одиниць: усі або жодну.
   *[other] Буде зареєстровано { $n } одиниці: усі або жодну.
}
import-commit-undo = Скасувати все разом не можна: помилки потім виправляються окремо для кожної одиниці.
import-commit-do = Зареєструвати зараз
import-back = Назад до списку
import-back-to-lists = До списків
fate-wrong-identifier = Хибний номер
fate-missing-identifier = Бракує номера
fate-repeated = Повторюється у списку
fate-registered = Вже зареєстровано
fate-unknown-model = Модель невідома
fate-no-line = Немає в дарі
fate-quantity-without-serials = Кількість без серійних номерів
fate-unreadable = Клітинка не читається
fate-left-out = Пропущено
fate-blank = Порожній
fate-new = Новий
finding-check-digit = Контрольна цифра { $what } не збігається: остання цифра { $found }, а має бути { $wanted }. Перечитайте номер.
finding-form = Це записано не як { $what }.
finding-placeholder = { $text } стоїть замість серійного номера. Подивіться на табличку виробу.
finding-missing = Модель має: { $what }. У рядку цього немає.
finding-repeated = { $what }: те саме стоїть у рядку { $row }.
finding-registered = { $what }: вже має одиниця { $item } ({ $label }).
finding-unknown-model = Жодна модель не має назви { $name }. Вкажіть нижче, яку мають на увазі, або створіть її.
finding-several-models = Кілька моделей мають назву { $name }. Додайте виробника або GTIN.
finding-no-model = Рядок не називає моделі. Виберіть нижче модель для списку.
finding-other-model = GTIN належить іншій моделі, ніж назва.
finding-no-line = У дарі немає рядка для цієї моделі.
finding-quantity = { $n ->
    [one] { $n } штука в одному рядку. Кожній потрібен власний рядок.
    [few] { $n } штуки в одному рядку. Кожній потрібен власний рядок.
    [many] { $n } штук в одному рядку. Кожній потрібен власний рядок.
   *[other] { $n } штуки в одному рядку. Кожній потрібен власний рядок.
}
finding-no-count = Це не кількість речей.
finding-lost-digits = Таблиця обрізала це число до 15 цифр. Введіть його як текст.
finding-error-value = У клітинці помилка таблиці.
finding-no-value = У клітинці формула без збереженого значення. Формули не обчислюються.
note-encoding = Ніщо не вказує на кодування файлу; його прочитано як { $encoding }. Якщо літери хибні, виберіть інше нижче.
note-undecodable = { $n ->
    [one] { $n } місце нічого не означає в цьому кодуванні.
    [few] { $n } місця нічого не означають у цьому кодуванні.
    [many] { $n } місць нічого не означають у цьому кодуванні.
   *[other] { $n } місця нічого не означає в цьому кодуванні.
}
note-formulas = { $n ->
    [one] { $n } клітинка з формулою, { $cell }: взято збережене значення, нічого не обчислено.
    [few] { $n } клітинки з формулами, перша { $cell }: взято збережені значення, нічого не обчислено.
    [many] { $n } клітинок із формулами, перша { $cell }: взято збережені значення, нічого не обчислено.
   *[other] { $n } клітинки з формулами, перша { $cell }: взято збережені значення, нічого не обчислено.
}
note-merged = { $n ->
    [one] { $n } область обʼєднаних клітинок, { $cell }: текст рахується лише в першій.
    [few] { $n } області обʼєднаних клітинок, перша { $cell }: текст рахується лише в першій клітинці кожної.
    [many] { $n } областей обʼєднаних клітинок, перша { $cell }: текст рахується лише в першій клітинці кожної.
   *[other] { $n } області обʼєднаних клітинок, перша { $cell }: текст рахується лише в першій клітинці кожної.
}
note-sheets = У книзі кілька аркушів; прочитано { $sheet }. Інший можна вибрати нижче.
note-headed-alike = Стовпці { $first } і { $second } за заголовком { $heading } містять те саме; рахується перший.
note-other-kind = Файл є { $kind }, що б не казала назва.
provider-title = Виписка облікового запису супутникового провайдера
provider-what = Для терміналів без агента: коли провайдер вважає їх активними. Це слово провайдера, не вище рівня підтвердження E1.
provider-file = Виписка, CSV або XLSX
provider-as-of = Станом на (UTC)
provider-as-of-hint = Коли зроблено виписку. Порожньо: зараз.
provider-send = Надіслати виписку
provider-first = { $n ->
    [one] { $text } з { $n } рядка називає відому одиницю.
    [few] { $text } з { $n } рядків називають відомі одиниці.
    [many] { $text } з { $n } рядків називають відомі одиниці.
   *[other] { $text } з { $n } рядка називають відомі одиниці.
}
provider-level = Слова провайдера зберігаються з кожною одиницею, лише найновіші. Рівень E1: чиєсь слово.
provider-silent = Рядки без одиниці
provider-unknown = жодна одиниця цього не має
provider-several = це мають кілька одиниць
provider-no-identifier = немає придатного номера
provider-repeated = інший рядок говорить про ту саму одиницю
action-first-administrator = Створено першого адміністратора
action-invitation-accept = Пароль вибрано за запрошенням
action-password-change = Змінено пароль
action-second-factor-on = Налаштовано другий фактор
action-second-factor-off = Вилучено другий фактор
action-second-factor-remove = Вилучено чужий другий фактор
action-recovery-renew = Створено коди відновлення
action-show-again = Ще раз запитано пароль або код
action-session-end = Завершено свій сеанс
action-sessions-end = Завершено чужі сеанси
action-party-new = Створено організацію
action-party-change = Змінено організацію
action-site-assign = Призначено обʼєкт
action-site-unassign = Забрано обʼєкт
action-proposal-new = Зміну запропоновано
action-proposal-approve = Зміну підписано
action-proposal-refuse = Зміну відхилено
action-proposal-withdraw = Зміну відкликано
action-site-party = Обʼєкт закріплено за організацією
action-ticket-new = Створено квиток
action-ticket-approve = Схвалено вузол
action-ticket-revoke = Відкликано квиток
action-ticket-second-key = Квиток показано з іншим ключем
action-node-enrol = Зареєстровано вузол
action-node-revoke = Відлучено вузол
action-inventory-new = Створено в обліку
action-inventory-change = Змінено в обліку
action-custody-record = Записано про обладнання
action-handover-offer = Запропоновано передачу
action-handover-answer = Відповідь на передачу
action-handover-withdraw = Відкликано передачу
