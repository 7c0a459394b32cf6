"""Given and family names from many places, to be put together into people who do not exist.

A name in another script stands before the bar, its Latin spelling (for the mail address) behind it; `_` is a space.
"""

from random import Random
from typing import NamedTuple


class Culture(NamedTuple):
    """Names that go together. `pattern` puts them in order: {g} and {h} are given names, {f} and {k} family names."""

    languages: str
    given: str
    family: str
    patterns: tuple[str, ...] = ("{g} {f}",)
    weight: int = 2


CULTURES = [
    Culture(
        "English",
        "Amelia Harriet Imogen Callum Rhys Fiona Owen Tabitha Duncan Bronwen Felix Rosalind Gareth Maeve Declan",
        "Hargreaves Pemberton Ashworth MacAllister Thistlewood Llewellyn Fairweather Holloway Okonjo-Briggs Whitcombe "
        "Penhaligon Braithwaite O'Riordan Sedgwick Carraway",
        weight=5,
    ),
    Culture(
        "English",
        "Tyrell Savannah Marcus Brianna Jamal Madison Dwayne Kaitlyn Aaliyah Trevor Shawna Curtis Monique Wesley",
        "Whitfield Beaumont Gaines Tolliver Prescott Rutledge Hutchins Langford Baptiste Merriweather Dupree Caldwell",
        weight=5,
    ),
    Culture(
        "German, English",
        "Friederike Jörg Anneliese Matthias Käthe Torsten Lieselotte Bastian Swantje Götz Heike Lennart Ulrike Jost",
        "Müllerschön Köhlerbach Weißenfels Grünewald Brückner Schäferling Rottmann Eichstädt Vogelsang Kühnert Dörfler",
        ("{g} {f}", "{g} {f}", "{g} {f}-{k}", "{g} von {f}"),
        5,
    ),
    Culture(
        "French, English",
        "Éloïse Maxence Clémence Gaël Anaïs Benoît Noémie Rémi Océane Théophile Solène Loïc Françoise Anatole",
        "Beauchêne Delacourt Lefèvre Montclair Saint-Aubin Rousselot Châtelain Vauquelin Desrosiers Fontanel",
        ("{g} {f}", "{g} {f}", "{g} {f}-{k}"),
        3,
    ),
    Culture(
        "Spanish, English",
        "Íñigo Marisol Álvaro Ximena Begoña Joaquín Rocío Leandro Inés Fermín Araceli Nicolás Paloma Saúl",
        "Ibáñez Cifuentes Arguedas Zúñiga Peñalver Montalbán Quiñones Olazábal Villaseñor Echeverría Carrizo Lagunes",
        ("{g} {f} {k}", "{g} {f} {k}", "{g} {f}", "María del Carmen {f} de {k} y Montenegro"),
        4,
    ),
    Culture(
        "Portuguese, English",
        "João Conceição Tomé Luísa Anselmo Iara Caetano Marília Vicente Graça Raí Débora Zeferino",
        "Magalhães Assunção Brandão Vasconcelos Figueirôa Sequeira Albuquerque Nogueira Camargo Guimarães Falcão",
        ("{g} {f}", "{g} {f} {k}", "{g} de {f} e {k}", "{g} dos Santos {f}"),
        3,
    ),
    Culture(
        "Italian, English",
        "Ginevra Ruggero Fiammetta Ettore Niccolò Allegra Saverio Mafalda Corrado Ludovica Tazio Beatrice",
        "Castelnuovo Dell'Acqua Bonaventura Tagliaferro D'Amico Montefusco Scarpellini Lombardini De_Luca-Ferri",
        weight=3,
    ),
    Culture(
        "Polish, English",
        "Zbigniew Małgorzata Łukasz Grażyna Wojciech Bożena Sławomir Żaneta Przemysław Agnieszka Jagoda",
        "Brzęczyszczyk Wiśniewicz Żółkiewicz Kołodziejczak Szczepańczyk Gołąbek Ździebło Jaśkowiak"
        " Krzyżanek Wróblewicz",
        weight=3,
    ),
    Culture(
        "Czech, English",
        "Jiří Božena Řehoř Vlasta Ondřej Žofie Zdeněk Květa Matěj Štěpánka",
        "Martinů Jirků Petrů Krejčí Janků Dolejší Kočí Pavlů Matějů",
    ),
    Culture(
        "Swedish, English",
        "Åsa Björn Göran Saga Håkan Tindra Östen Märta Sören Linnéa Ragnvald Solveig Øyvind Ærlend",
        "Åkerblom Sjöstrand Bäckström Østergaard Nygård Lindqvister Ödmark Halvorsen Kjærbo Strømdal",
        ("{g} {f}", "{g} {f}", "{g} {f}-{k}"),
    ),
    Culture(
        "Icelandic, English",
        "Þórdís Sigríður Eydís Ragnheiður Æsa",
        "Snæbjörnsdóttir Þorsteinsdóttir Ingimarsdóttir",
        weight=1,
    ),
    Culture(
        "Icelandic, English",
        "Guðmundur Hallbjörn Ísleifur Þráinn",
        "Hallgrímsson Eyjólfsson Ásgeirsson",
        weight=1,
    ),
    Culture(
        "Hungarian, English",
        "Győző Ilonka Ödön Piroska Zsófia Bálint Erzsébet Szilárd",
        "Szentgyörgyi Kővári Hegedűs Füleki Őrsi Csillag Nagyváradi Bőhm",
    ),
    Culture(
        "Turkish, English",
        "Özgür Şebnem Çağlar Gülşah İlker Ayşegül Tuğrul Nilüfer Oğuz Ebru",
        "Yıldızoğlu Gökçen Karabıyık Çelikkol Şahinbaş Özdemirci Tanrıöver Güneşli Ağaoğulları",
        weight=3,
    ),
    Culture(
        "Greek, English",
        "Ελένη|Eleni Δέσποινα|Despina Καλλιόπη|Kalliopi Ειρήνη|Eirini Χρυσούλα|Chrysoula",
        "Παπαλεωνίδα|Papaleonida Ξενάκη|Xenaki Χατζηιωάννου|Chatziioannou Γαλανοπούλου|Galanopoulou",
        weight=1,
    ),
    Culture(
        "Ukrainian, English",
        "Оксана|Oksana Тарас|Taras Соломія|Solomiia Богдан|Bohdan Мирослава|Myroslava Остап|Ostap Ярина|Yaryna",
        "Коваленко|Kovalenko Шевчук|Shevchuk Гайдамака|Haidamaka Їжакевич|Yizhakevych Бондаренко|Bondarenko",
    ),
    Culture(
        "Arabic, English",
        "ليلى|Layla يوسف|Yousef نورة|Noura عمر|Omar هبة|Hiba سليم|Salim ريم|Reem طارق|Tariq جمانة|Jumana",
        "الحدّاد|Alhaddad النجّار|Alnajjar قاسم|Qasim الزهراني|Alzahrani شاهين|Shaheen البغدادي|Albaghdadi",
        weight=3,
    ),
    Culture(
        "Arabic, French, English",
        "Abdelkader Fatima-Zohra Yassine Khadija Anouar Soumaya Ridouane Lamia Walid",
        "El_Mansouri-Tazi Benchekroun Ould-Ahmed Bouzidi Haddaoui Ben-Youssef Cherkaoui",
    ),
    Culture(
        "Hebrew, English",
        "נועה|Noa איתי|Itai תמר|Tamar אלון|Alon שירה|Shira יונתן|Yonatan הדס|Hadas",
        "בן-עמי|Ben-Ami אבוטבול|Abutbul גולדרינג|Goldring שקד|Shaked מזרחי|Mizrahi",
        weight=2,
    ),
    Culture(
        "Persian, English",
        "Shirin Behrouz Mahnaz Kourosh Golnar Ardeshir Parisa Siavash",
        "Farrokhzadeh Tehranian Golestani Moradi-Kia Khosravani Daneshvar",
    ),
    Culture(
        "Hindi, English",
        "Ananya Devendra Ishita Raghav Meenakshi Siddharth Kavya Harpreet Tanvi Abhinav Lakshmi Gurdeep",
        "Chattopadhyay Deshpande Kulkarni Bhattacharjee Iyengar Sandhu Raghunathan Vaidyanathan Mukhopadhyay Ahluwalia",
        weight=5,
    ),
    Culture(
        "Tamil, English",
        "Thirumalai Poongodi Senthil Kayalvizhi Arulmozhi Yazhini",
        "Balasubramaniam Muthukrishnan Ramanathapillai Venkatasubramanian S.",
        ("{g} {f}", "{g} {h} {f}"),
    ),
    Culture(
        "Vietnamese, English",
        "Hương Ngọc Phượng Quỳnh Thảo Yến Khai",
        "Nguyễn Trần Đặng Phạm Huỳnh Lương Đỗ",
        ("{f} Thị {h} {g}", "{f} Thị {g}", "{f} Minh {g}"),
    ),
    Culture(
        "Vietnamese, English",
        "Tuấn Dũng Đạt Hiếu Vỹ Khải",
        "Nguyễn Trần Vũ Bùi Lương Đỗ",
        ("{f} Văn {g}", "{f} Quốc {g}"),
    ),
    Culture(
        "Mandarin, English",
        "Xiuying Jianhong Meiling Haoran Yuxuan Zhiwei Lanfen 雨桐|Yutong 浩然|Haoran 静怡|Jingyi",
        "Ouyang Shangguan Zhuang Xue Fang Qiu Lü Tan",
        weight=3,
    ),
    Culture(
        "Mandarin, English",
        "雨桐|Yutong 浩然|Haoran 静怡|Jingyi 子轩|Zixuan 美玲|Meiling",
        "欧阳|Ouyang 慕容|Murong 钱|Qian 秦|Qin 谢|Xie",
        ("{f}{g}",),
    ),
    Culture(
        "Japanese, English",
        "さくら|Sakura 健太|Kenta 陽子|Yoko 大輔|Daisuke 美咲|Misaki 翔太|Shota",
        "高橋|Takahashi 小野寺|Onodera 渡辺|Watanabe 五十嵐|Igarashi 西園寺|Saionji",
        ("{f} {g}",),
    ),
    Culture(
        "Korean, English",
        "Ji-woo Seung-hyun Ha-eun Min-jae Yoon-seo Dong-geun 서연|Seo-yeon 지훈|Ji-hoon",
        "Namgung Hwang Seo Cheon Pyo Baek",
    ),
    Culture(
        "Yoruba, English",
        "Adébáyọ̀ Folásadé Olúwaṣeun Títílayọ̀ Bọ́lájí Ayọ̀délé Àdùkẹ́",
        "Ògúnbíyì Adéwálé-Cole Ọlátúnjí Fálétí Akínyẹmí Ọyèdépò",
        weight=3,
    ),
    Culture(
        "Igbo, English",
        "Chinwendu Ikemefuna Adaobi Nnamdi Ifeoma Kelechi Uchenna",
        "Okwuosa Nwachukwu-Eze Onyekwelu Azubuike Obiechina Umeh",
    ),
    Culture(
        "Swahili, English",
        "Wanjiru Otieno Akinyi Kipchumba Nyambura Baraka Zawadi Juma",
        "Kamaundu Odhiambo Mwangangi Cherotich Ndegwa-Barasa Wafula",
    ),
    Culture(
        "Amharic, English",
        "Tsehay Bekele Hirut Dawit Meseret Selam Yonas",
        "Gebremariam Wolde-Tsadik Haileyesus Tadesse Worku",
        weight=1,
    ),
    Culture(
        "isiZulu, English",
        "Nomvula Sipho Thandeka Bongani Zanele Mandla",
        "Ndlovukazi Mkhabela Dlamini-Fourie Zungu van_der_Merwe Khoza",
    ),
    Culture(
        "Indonesian, English",
        "Suryawati Bambang Dewi Ngurah Wulandari Kadek",
        "Prawirohardjo Kusumaningrum Hadiwidjaja Sastroamidjaja",
        ("{g} {f}", "{g}"),
    ),
    Culture(
        "Thai, English",
        "Siriporn Nattapong Kanokwan Thanawat Kamonchanok",
        "Wongsawatdikul Rattanakosinsiri Chaiyaprasertkul Srisuwannaphum",
        weight=1,
    ),
    Culture(
        "Filipino, English",
        "Maricel Jhun-Rey Ligaya Bayani Rosalinda Crisanto",
        "Dimaculangan Macaraeg Batungbakal Villanueva-Cruz Panganiban",
    ),
    Culture(
        "Dutch, English",
        "Maartje Joost Sjoerd Anouk Wouter Liesbeth Thijs Fleur",
        "van_der_Heijden ter_Braak de_Wildt van_'t_Hoff Kuijpers ten_Cate",
        weight=3,
    ),
    Culture(
        "Romanian, English",
        "Ștefania Răzvan Ilinca Dragoș Mădălina Țuța",
        "Brâncoveni Păunescu-Roșu Țepeneag Mărgineanu Lupașcu",
    ),
    Culture(
        "te reo Māori, English",
        "Aroha Tāne Ngaio Wiremu Mārama",
        "Te_Whetū Parātene Kāretu-Walker Rangihuna",
        weight=1,
    ),
]
_WEIGHTS = [culture.weight for culture in CULTURES]


def invent_name(random: Random) -> tuple[str, str, str]:
    """A full name, its Latin spelling, and the languages such a person may well speak."""
    [culture] = random.choices(CULTURES, _WEIGHTS)
    given = random.sample(culture.given.split(), 2)
    family = random.sample(culture.family.split(), 2)
    pattern = random.choice(culture.patterns)
    spellings = []
    for script in (0, -1):
        g, h, f, k = (name.split("|")[script].replace("_", " ") for name in (*given, *family))
        spellings.append(pattern.format(g=g, h=h, f=f, k=k))
    if spellings[1] != spellings[0] and " " not in spellings[0]:  # written without a space, spelled with one
        spellings[1] = " ".join(name.split("|")[-1] for name in (given[0], family[0]))
    return spellings[0], spellings[1], culture.languages
