"""The sentences and titles of the sample's year of help: a small stock, none about anybody."""

TOPICS_BEFORE = (
    "اصول همیاری و رازداری",
    "گفت‌وگو و گوش دادن",
    "نماگرها و سطح‌بندی",
    "برنامه و تقویم همیاری",
    "نهادها و ظرفیت‌های محله",
)
TOPICS_IN_SERVICE = (
    "اقتصاد خانواده",
    "ایمنی در خشونت خانگی",
    "کار با کمیسیون‌ها",
    "همراهی با نوجوان",
    "مراقبت از خودِ همیار",
)
TRAINING_MISSED = "آن روز بیمار بود."
NEVER = "همسایهٔ دیواربه‌دیوارند و خانواده نمی‌خواهد."
CHOSEN = "از سال پیش با هم آشنایند و خانواده خودش خواست."
REFUSED = (
    "خانواده فعلاً نمی‌خواهد؛ سه ماه دیگر دوباره پرسیده می‌شود.",
    "همین کار را نهاد دیگری برایشان انجام می‌دهد.",
    "پیش از این آزموده شده و سودی نداشته است.",
)
NOT_THIS_YEAR = "نخست کارهای مهم‌تر؛ سال بعد دوباره دیده می‌شود."
CHANGED = (
    "خانواده دیدارهای پشت سر هم را سنگین می‌دید؛ دیدارها کمتر شد.",
    "راه دور است؛ با خانواده قرار شد یک در میان دیدار شود.",
)
# What the planner says of what could not be accepted, and of harms without a goal; "" stands for any other sentence.
PLAN_REASONS = {
    "It waits for what the commission will decide.": "چشم به راه تصمیم کمیسیون است.",
    "No programme that could be accepted aims at it yet.": "هنوز برنامه‌ای که به آن برسد پذیرفته نشده است.",
    "What comes before it could not be accepted.": "کاری که پیش از آن لازم است هنوز پذیرفته نشده است.",
    "Nobody who can do it is known to have room now.": "فعلاً کسی که بتواند و جا داشته باشد پیدا نشده است.",
    "": "امسال راهی برای آن پیدا نشد؛ سه ماه دیگر دوباره بررسی می‌شود.",
}
VISIT_CANCELLED = (
    "خانواده در سفر بود.",
    "یکی از اعضا بیمار بود.",
    "خانواده خواست به ماه بعد بیفتد.",
    "همیار آن روز گرفتار شد.",
)
# (title, reach, whether for one area only, programmes, capacity, source)
RESOURCES = (
    ("درمانگاه خیریهٔ محله", "neighbourhood", True, ("treatment_link", "care_relief"), 6, "local"),
    ("صندوق قرض‌الحسنهٔ محله", "neighbourhood", False, ("home_business_support", "debt_settlement"), 4, "people_group"),
    ("گروه خانواده‌های ایمن", "neighbourhood", False, ("safe_family_companion", "self_help_group"), 8, "people_group"),
    ("آشپزخانهٔ نیکوکاری", "neighbourhood", False, ("food_basket",), 10, "local"),
    ("کارگاه دوزندگی محله", "neighbourhood", True, ("job_and_training_link", "home_business_support"), 3, "local"),
    ("مرکز مشاورهٔ خانواده", "province", False, ("couple_counselling", "psychologist_sessions"), 5, "institution"),
    ("مددکاری بهزیستی", "province", False, ("case_management",), 6, "government"),
    ("مرکز درمان اعتیاد", "province", False, ("addiction_treatment",), 3, "institution"),
    ("مرکز آموزش فنی‌وحرفه‌ای", "province", False, ("job_and_training_link",), 12, "government"),
    ("ادارهٔ بیمهٔ سلامت", "province", False, ("insurance_link",), None, "government"),
    ("آموزش و پرورش ناحیه", "province", False, ("back_to_school", "working_child_support"), 20, "government"),
    ("اورژانس اجتماعی ۱۲۳", "country", False, ("safety_first", "crisis_referral"), 100, "government"),
    ("سازمان ثبت احوال", "country", False, ("papers_and_rights",), None, "government"),
    ("بنیاد نیکوکاری سراسری", "country", False, ("targeted_aid", "housing_commission"), 5, "institution"),
)
SELF_HELP_GROUP, HELPER_GROUP = "گروه خودیار بانوان", "گروه همیاران محله"
GROUP_MEETING = "نشست ماهانهٔ گروه"
PLACES = ("سرای محله", "کتابخانهٔ محله", "تالار مسجد", "مدرسهٔ محله")
EVENT_CANCELLED = "سخنران بیمار شد؛ روز تازه را خبر می‌دهیم."
COMMISSION_PLACE = "دفتر مرکز"
# By commission: why a helper proposes a family.
REFERRAL_REASONS = {
    "economic": "کسری خانه بزرگ‌تر از آن است که با همیار بسته شود.",
    "social": "چند نهاد باید با هم دست به کار شوند.",
    "cultural": "برای بچه‌ها همراهی مدرسه و محله لازم است.",
}
WITHDRAWN = "خانواده رضایت نداد."
# By commission: what a session decides, first for the helper, then for somebody else.
DECISIONS = {
    "economic": ("برگه‌های وام قرض‌الحسنه را با خانواده آماده کند.", "با صاحب‌خانه برای مهلت اجاره گفت‌وگو کند."),
    "social": ("خانواده را به نخستین دیدار با مددکار برساند.", "نوبت مرکز مشاوره را بگیرد."),
    "cultural": ("با مدرسه برای کلاس جبرانی قرار بگذارد.", "دو جای رایگان در کانون محله پیدا کند."),
}
