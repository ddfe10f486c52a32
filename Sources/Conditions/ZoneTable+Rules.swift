/// Rules of all time zones of the IANA database, 2026f. Written by
/// Tests/ConditionsOracle/zones.py.
///
/// A line is a rule, the second since 1970 from which it holds (`-`: always) and the zones that
/// keep it; what goes on is indented.
extension ZoneTable {
  static let rules = """
    GMT0 -1830383032 Africa/Abidjan Iceland Africa/Accra Africa/Bamako Africa/Banjul
      Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Nouakchott
      Africa/Ouagadougou Atlantic/Reykjavik Atlantic/St_Helena Africa/Timbuktu
    CET-1 357523200 Africa/Algiers
    GMT0 157770000 Africa/Bissau
    EET-2EEST,M4.5.5/0,M10.5.4/24 1682632800 Africa/Cairo Egypt
    <+00>0 1789866000 Africa/Casablanca Africa/El_Aaiun
    CET-1CEST,M3.5.0,M10.5.0/3 828234000 Africa/Ceuta Europe/Andorra Europe/Belgrade
      Europe/Berlin Europe/Brussels Europe/Budapest Europe/Gibraltar Europe/Madrid
      Europe/Malta Europe/Paris Europe/Prague Europe/Rome Europe/Tirane Europe/Vienna
      Europe/Warsaw Europe/Zurich CET MET Poland Arctic/Longyearbyen Europe/Amsterdam
      Europe/Bratislava Europe/Busingen Europe/Copenhagen Europe/Ljubljana Europe/Luxembourg
      Europe/Monaco Europe/Oslo Europe/Podgorica Europe/San_Marino Europe/Sarajevo
      Europe/Skopje Europe/Stockholm Europe/Vaduz Europe/Vatican Europe/Zagreb
      Atlantic/Jan_Mayen
    SAST-2 -813805200 Africa/Johannesburg Africa/Maseru Africa/Mbabane
    CAT-2 1612126800 Africa/Juba
    CAT-2 1509483600 Africa/Khartoum
    WAT-1 -1588465800 Africa/Lagos Africa/Bangui Africa/Brazzaville Africa/Douala
      Africa/Kinshasa Africa/Libreville Africa/Luanda Africa/Malabo Africa/Niamey
      Africa/Porto-Novo
    CAT-2 -1924999818 Africa/Maputo Africa/Blantyre Africa/Bujumbura Africa/Gaborone
      Africa/Harare Africa/Kigali Africa/Lubumbashi Africa/Lusaka
    GMT0 63593070 Africa/Monrovia
    EAT-3 -865305900 Africa/Nairobi Africa/Addis_Ababa Africa/Asmara Africa/Dar_es_Salaam
      Africa/Djibouti Africa/Kampala Africa/Mogadishu Indian/Antananarivo Indian/Comoro
      Indian/Mayotte Africa/Asmera
    WAT-1 321314400 Africa/Ndjamena
    GMT0 1546304400 Africa/Sao_Tome
    EET-2 1382659200 Africa/Tripoli Libya
    CET-1 1224982800 Africa/Tunis
    CAT-2 1504400400 Africa/Windhoek
    HST10HDT,M3.2.0,M11.1.0 1173614400 America/Adak US/Aleutian America/Atka
    AKST9AKDT,M3.2.0,M11.1.0 1173610800 America/Anchorage America/Juneau America/Nome
      America/Sitka America/Yakutat US/Alaska
    <-03>3 1361066400 America/Araguaina
    <-03>3 1237082400 America/Argentina/Buenos_Aires America/Argentina/Cordoba
      America/Argentina/Tucuman America/Buenos_Aires America/Cordoba America/Rosario
    <-03>3 1205632800 America/Argentina/Catamarca America/Argentina/Jujuy
      America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos
      America/Argentina/Salta America/Argentina/San_Juan America/Argentina/Ushuaia
      America/Catamarca America/Jujuy America/Mendoza America/Argentina/ComodRivadavia
    <-03>3 1255233600 America/Argentina/San_Luis
    <-03>3 1728187200 America/Asuncion
    <-03>3 1330221600 America/Bahia
    CST6 1667113200 America/Bahia_Banderas America/Merida America/Mexico_City
      America/Monterrey Mexico/General
    AST4 338706000 America/Barbados
    <-03>3 571197600 America/Belem
    CST6 413874000 America/Belize
    <-04>4 971578800 America/Boa_Vista
    <-05>5 729057600 America/Bogota
    MST7MDT,M3.2.0,M11.1.0 1173603600 America/Boise America/Cambridge_Bay America/Denver
      MST7MDT Navajo US/Mountain America/Shiprock
    <-04>4 1550372400 America/Campo_Grande America/Cuiaba
    EST5 1422777600 America/Cancun
    <-04>4 1462086000 America/Caracas
    <-03>3 -71092800 America/Cayenne
    CST6CDT,M3.2.0,M11.1.0 1173600000 America/Chicago America/Indiana/Knox
      America/Indiana/Tell_City America/Menominee America/North_Dakota/Center
      America/North_Dakota/New_Salem America/Rankin_Inlet America/Resolute CST6CDT US/Central
      US/Indiana-Starke America/Knox_IN
    CST6 1667116800 America/Chihuahua
    MST7MDT,M3.2.0,M11.1.0 1669788000 America/Ciudad_Juarez
    CST6 700635600 America/Costa_Rica
    <-03>3 1725768000 America/Coyhaique
    GMT0 820465200 America/Danmarkshavn
    MST7 1604214000 America/Dawson America/Whitehorse Canada/Yukon
    MST7 84013200 America/Dawson_Creek
    EST5EDT,M3.2.0,M11.1.0 1173596400 America/Detroit America/Indiana/Indianapolis
      America/Indiana/Marengo America/Indiana/Vevay America/Iqaluit
      America/Kentucky/Louisville America/Kentucky/Monticello America/New_York America/Toronto
      EST5EDT Canada/Eastern US/East-Indiana US/Eastern US/Michigan America/Indianapolis
      America/Louisville America/Nassau America/Fort_Wayne America/Montreal America/Nipigon
      America/Pangnirtung America/Thunder_Bay
    CST6 1793520000 America/Edmonton America/Inuvik Canada/Mountain America/Yellowknife
    <-05>5 1384056000 America/Eirunepe America/Rio_Branco Brazil/Acre America/Porto_Acre
    CST6 591166800 America/El_Salvador
    MST7 1425808800 America/Fort_Nelson
    <-03>3 1013911200 America/Fortaleza America/Maceio America/Recife
    AST4ADT,M3.2.0,M11.1.0 1173592800 America/Glace_Bay America/Halifax America/Thule
      Atlantic/Bermuda Canada/Atlantic
    AST4ADT,M3.2.0,M11.1.0 1320116400 America/Goose_Bay
    EST5EDT,M3.2.0,M11.1.0 1520751600 America/Grand_Turk
    CST6 1159678800 America/Guatemala
    <-05>5 728884800 America/Guayaquil
    <-04>4 701841600 America/Guyana
    CST5CDT,M3.2.0/0,M11.1.0/1 1825563600 America/Havana Cuba
    MST7 909302400 America/Hermosillo
    EST5EDT,M3.2.0,M11.1.0 1194159600 America/Indiana/Petersburg America/Indiana/Vincennes
    EST5EDT,M3.2.0,M11.1.0 1173600000 America/Indiana/Winamac
    EST5 436341600 America/Jamaica Jamaica
    <-04>4 -1192307244 America/La_Paz
    <-05>5 765172800 America/Lima
    PST8PDT,M3.2.0,M11.1.0 1173607200 America/Los_Angeles PST8PDT US/Pacific
    CST6 1159682400 America/Managua
    <-04>4 761713200 America/Manaus Brazil/West
    AST4 338958000 America/Martinique
    CST6CDT,M3.2.0,M11.1.0 1262325600 America/Matamoros
    MST7 1667116800 America/Mazatlan Mexico/BajaSur
    AKST9AKDT,M3.2.0,M11.1.0 1547978400 America/Metlakatla
    <-03>3<-02>,M3.2.0,M11.1.0 1173589200 America/Miquelon
    AST4ADT,M3.2.0,M11.1.0 1167624000 America/Moncton
    <-03>3 1425787200 America/Montevideo
    <-02>2 1013907600 America/Noronha Brazil/DeNoronha
    CST6CDT,M3.2.0,M11.1.0 1289116800 America/North_Dakota/Beulah
    <-02>2<-01>,M3.5.0/-1,M10.5.0/0 1698541200 America/Nuuk America/Godthab
    CST6CDT,M3.2.0,M11.1.0 1669788000 America/Ojinaga
    EST5 -1946918424 America/Panama EST America/Atikokan America/Cayman America/Coral_Harbour
    <-03>3 465449400 America/Paramaribo
    MST7 -68659200 America/Phoenix MST US/Arizona America/Creston
    EST5EDT,M3.2.0,M11.1.0 1489302000 America/Port-au-Prince
    <-04>4 571201200 America/Porto_Velho
    AST4 -765399600 America/Puerto_Rico America/Virgin America/Anguilla America/Antigua
      America/Aruba America/Blanc-Sablon America/Curacao America/Dominica America/Grenada
      America/Guadeloupe America/Kralendijk America/Lower_Princes America/Marigot
      America/Montserrat America/Port_of_Spain America/St_Barthelemy America/St_Kitts
      America/St_Lucia America/St_Thomas America/St_Vincent America/Tortola
    <-03>3 1471147200 America/Punta_Arenas Antarctica/Palmer
    CST6 -305737200 America/Regina Canada/Saskatchewan
    <-03>3 1214280000 America/Santarem
    <-04>4<-03>,M9.1.6/24,M4.1.6/24 1662868800 America/Santiago Chile/Continental
    AST4 975823200 America/Santo_Domingo
    <-03>3 1550368800 America/Sao_Paulo Brazil/East
    <-02>2<-01>,M3.5.0/-1,M10.5.0/0 1711846800 America/Scoresbysund
    NST3:30NDT,M3.2.0,M11.1.0 1320114600 America/St_Johns Canada/Newfoundland
    CST6 73472400 America/Swift_Current
    CST6 1154926800 America/Tegucigalpa
    PST8PDT,M3.2.0,M11.1.0 1262332800 America/Tijuana Mexico/BajaNorte America/Ensenada
      America/Santa_Isabel
    MST7 1793523600 America/Vancouver Canada/Pacific
    EST5 1793516400 America/Winnipeg Canada/Central America/Rainy_River
    <+08>-8 1678291200 Antarctica/Casey
    <+07>-7 1329854400 Antarctica/Davis
    AEST-10AEDT,M10.1.0,M4.1.0/3 1293800400 Antarctica/Macquarie
    <+05>-5 1255809600 Antarctica/Mawson
    <-03>3 218246400 Antarctica/Rothera
    <+00>0<+02>-2,M3.5.0/1,M10.5.0/3 1108166400 Antarctica/Troll
    <+05>-5 1702839600 Antarctica/Vostok
    <+05>-5 1709229600 Asia/Almaty Asia/Qostanay
    <+03>-3 1666908000 Asia/Amman
    <+12>-12 1301151600 Asia/Anadyr Asia/Kamchatka
    <+05>-5 1080424800 Asia/Aqtau Asia/Atyrau Asia/Oral
    <+05>-5 1099170000 Asia/Aqtobe
    <+05>-5 695772000 Asia/Ashgabat Asia/Ashkhabad
    <+03>-3 1191196800 Asia/Baghdad
    <+04>-4 1445731200 Asia/Baku
    <+07>-7 -1570084924 Asia/Bangkok Asia/Phnom_Penh Asia/Vientiane Indian/Christmas
    <+07>-7 1459022400 Asia/Barnaul
    EET-2EEST,M3.5.0/0,M10.5.0/0 922572000 Asia/Beirut
    <+06>-6 1111872600 Asia/Bishkek
    <+09>-9 1459015200 Asia/Chita
    <+0530>-5:30 1145039400 Asia/Colombo
    <+03>-3 1666904400 Asia/Damascus
    <+06>-6 1262278800 Asia/Dhaka Asia/Dacca
    <+09>-9 969120000 Asia/Dili
    <+04>-4 -1577936472 Asia/Dubai Asia/Muscat Indian/Mahe Indian/Reunion
    <+05>-5 684363600 Asia/Dushanbe
    EET-2EEST,M3.5.0/3,M10.5.0/4 1509238800 Asia/Famagusta
    EET-2EEST,M3.4.4/50,M10.4.4/50 3673123200 Asia/Gaza Asia/Hebron
    <+07>-7 171820800 Asia/Ho_Chi_Minh Asia/Saigon
    HKT-8 309292200 Asia/Hong_Kong Hongkong
    <+07>-7 1474646400 Asia/Hovd
    <+08>-8 1414256400 Asia/Irkutsk
    WIB-7 -189415800 Asia/Jakarta
    WIT-9 -189423000 Asia/Jayapura
    IST-2IDT,M3.4.4/26,M10.5.0 1364515200 Asia/Jerusalem Israel Asia/Tel_Aviv
    <+0430>-4:30 -788932800 Asia/Kabul
    PKT-5 1257012000 Asia/Karachi
    <+0545>-5:45 504901800 Asia/Kathmandu Asia/Katmandu
    <+09>-9 1414252800 Asia/Khandyga Asia/Yakutsk
    IST-5:30 -764145000 Asia/Kolkata Asia/Calcutta
    <+07>-7 1414260000 Asia/Krasnoyarsk
    <+08>-8 -767005200 Asia/Kuching Asia/Brunei
    CST-8 309292200 Asia/Macau Asia/Macao
    <+11>-11 1461427200 Asia/Magadan
    WITA-8 -766054800 Asia/Makassar Asia/Ujung_Pandang
    PST-8 649177200 Asia/Manila
    EET-2EEST,M3.5.0/3,M10.5.0/4 904597200 Asia/Nicosia Europe/Nicosia
    <+07>-7 1301169600 Asia/Novokuznetsk
    <+07>-7 1469304000 Asia/Novosibirsk
    <+06>-6 1414263600 Asia/Omsk
    WIB-7 567964800 Asia/Pontianak
    KST-9 1525446000 Asia/Pyongyang
    <+03>-3 76190400 Asia/Qatar Asia/Bahrain
    <+05>-5 1545328800 Asia/Qyzylorda
    <+03>-3 -719636812 Asia/Riyadh Antarctica/Syowa Asia/Aden Asia/Kuwait
    <+11>-11 1459008000 Asia/Sakhalin
    <+05>-5 686091600 Asia/Samarkand Asia/Tashkent
    KST-9 592333200 Asia/Seoul ROK
    CST-8 684867600 Asia/Shanghai PRC Asia/Chongqing Asia/Harbin Asia/Chungking
    <+08>-8 378662400 Asia/Singapore Singapore Asia/Kuala_Lumpur
    <+11>-11 1414245600 Asia/Srednekolymsk
    CST-8 307551600 Asia/Taipei ROC
    <+04>-4 1111878000 Asia/Tbilisi
    <+0330>-3:30 1663788600 Asia/Tehran Iran
    <+06>-6 560025000 Asia/Thimphu Asia/Thimbu
    JST-9 -577962000 Asia/Tokyo Japan
    <+07>-7 1464465600 Asia/Tomsk
    <+08>-8 1474642800 Asia/Ulaanbaatar Asia/Choibalsan Asia/Ulan_Bator
    <+06>-6 -1325483420 Asia/Urumqi Asia/Kashgar
    <+10>-10 1414249200 Asia/Ust-Nera Asia/Vladivostok
    <+0630>-6:30 -778410000 Asia/Yangon Indian/Cocos Asia/Rangoon
    <+05>-5 1414267200 Asia/Yekaterinburg
    <+04>-4 1319925600 Asia/Yerevan
    <-01>1<+00>,M3.5.0/0,M10.5.0/1 828234000 Atlantic/Azores
    WET0WEST,M3.5.0/1,M10.5.0 828234000 Atlantic/Canary Atlantic/Faroe Atlantic/Madeira
      Europe/Lisbon Portugal WET Atlantic/Faeroe
    <-01>1 186120000 Atlantic/Cape_Verde
    <-02>2 -2524512832 Atlantic/South_Georgia
    <-03>3 1283666400 Atlantic/Stanley
    ACST-9:30ACDT,M10.1.0,M4.1.0/3 1193502600 Australia/Adelaide Australia/Broken_Hill
      Australia/South Australia/Yancowinna
    AEST-10 699379200 Australia/Brisbane Australia/Queensland
    ACST-9:30 -813223800 Australia/Darwin Australia/North
    <+0845>-8:45 1238260500 Australia/Eucla
    AEST-10AEDT,M10.1.0,M4.1.0/3 1191686400 Australia/Hobart Australia/Tasmania
      Australia/Currie
    AEST-10 762883200 Australia/Lindeman
    <+1030>-10:30<+11>-11,M10.1.0,M4.1.0 1193499000 Australia/Lord_Howe Australia/LHI
    AEST-10AEDT,M10.1.0,M4.1.0/3 1193500800 Australia/Melbourne Australia/Sydney Australia/ACT
      Australia/NSW Australia/Victoria Australia/Canberra
    AWST-8 1238263200 Australia/Perth Australia/West
    GMT0 - Etc/GMT GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT+0 GMT-0 GMT0 Greenwich
    <-01>1 - Etc/GMT+1
    <-10>10 - Etc/GMT+10
    <-11>11 - Etc/GMT+11
    <-12>12 - Etc/GMT+12
    <-02>2 - Etc/GMT+2
    <-03>3 - Etc/GMT+3
    <-04>4 - Etc/GMT+4
    <-05>5 - Etc/GMT+5
    <-06>6 - Etc/GMT+6
    <-07>7 - Etc/GMT+7
    <-08>8 - Etc/GMT+8
    <-09>9 - Etc/GMT+9
    <+01>-1 - Etc/GMT-1
    <+10>-10 - Etc/GMT-10
    <+11>-11 - Etc/GMT-11
    <+12>-12 - Etc/GMT-12
    <+13>-13 - Etc/GMT-13
    <+14>-14 - Etc/GMT-14
    <+02>-2 - Etc/GMT-2
    <+03>-3 - Etc/GMT-3
    <+04>-4 - Etc/GMT-4
    <+05>-5 - Etc/GMT-5
    <+06>-6 - Etc/GMT-6
    <+07>-7 - Etc/GMT-7
    <+08>-8 - Etc/GMT-8
    <+09>-9 - Etc/GMT-9
    UTC0 - Etc/UTC Etc/UCT Etc/Universal Etc/Zulu UCT UTC Universal Zulu
    <+04>-4 1459033200 Europe/Astrakhan Europe/Ulyanovsk
    EET-2EEST,M3.5.0/3,M10.5.0/4 828234000 Europe/Athens Europe/Helsinki EET Europe/Mariehamn
    EET-2EEST,M3.5.0/3,M10.5.0/4 852069600 Europe/Bucharest Europe/Sofia
    EET-2EEST,M3.5.0/3,M10.5.0/4 1640988000 Europe/Chisinau Europe/Tiraspol
    IST-1GMT0,M10.5.0,M3.5.0/1 828234000 Europe/Dublin Eire
    <+03>-3 1473195600 Europe/Istanbul Turkey Asia/Istanbul
    EET-2 1414278000 Europe/Kaliningrad
    MSK-3 1414274400 Europe/Kirov Europe/Moscow Europe/Simferopol W-SU
    EET-2EEST,M3.5.0/3,M10.5.0/4 831934800 Europe/Kyiv Europe/Uzhgorod Europe/Zaporozhye
      Europe/Kiev
    GMT0BST,M3.5.0/1,M10.5.0 820454400 Europe/London GB GB-Eire Europe/Guernsey
      Europe/Isle_of_Man Europe/Jersey Europe/Belfast
    <+03>-3 1301184000 Europe/Minsk
    EET-2EEST,M3.5.0/3,M10.5.0/4 978386400 Europe/Riga
    <+04>-4 1301180400 Europe/Samara
    <+04>-4 1480806000 Europe/Saratov
    EET-2EEST,M3.5.0/3,M10.5.0/4 1014242400 Europe/Tallinn
    EET-2EEST,M3.5.0/3,M10.5.0/4 1041372000 Europe/Vilnius
    MSK-3 1609020000 Europe/Volgograd
    <-00>0 - Factory
    <+06>-6 820436400 Indian/Chagos
    <+05>-5 -315636840 Indian/Maldives Indian/Kerguelen
    <+04>-4 1238274000 Indian/Mauritius
    <+13>-13 1617458400 Pacific/Apia
    NZST-12NZDT,M9.5.0,M4.1.0/3 1191074400 Pacific/Auckland NZ Antarctica/McMurdo
      Antarctica/South_Pole
    <+11>-11 1419696000 Pacific/Bougainville
    <+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45 1191074400 Pacific/Chatham NZ-CHAT
    <-06>6<-05>,M9.1.6/22,M4.1.6/22 1662868800 Pacific/Easter Chile/EasterIsland
    <+11>-11 727790400 Pacific/Efate
    <+13>-13 1325242800 Pacific/Fakaofo
    <+12>-12 1610805600 Pacific/Fiji
    <-06>6 728888400 Pacific/Galapagos
    <-09>9 -1806678012 Pacific/Gambier
    <+11>-11 -1806748788 Pacific/Guadalcanal Pacific/Pohnpei Pacific/Ponape
    ChST-10 977493600 Pacific/Guam Pacific/Saipan
    HST10 -712150200 Pacific/Honolulu US/Hawaii Pacific/Johnston HST
    <+13>-13 788871600 Pacific/Kanton Pacific/Enderbury
    <+14>-14 788868000 Pacific/Kiritimati
    <+11>-11 915105600 Pacific/Kosrae
    <+12>-12 745934400 Pacific/Kwajalein Kwajalein
    <-0930>9:30 -1806676920 Pacific/Marquesas
    <+12>-12 287418600 Pacific/Nauru
    <-11>11 -173623200 Pacific/Niue
    <+11>-11<+12>,M10.1.0,M4.1.0/3 1561899600 Pacific/Norfolk
    <+11>-11 857228400 Pacific/Noumea
    SST11 -1861879032 Pacific/Pago_Pago US/Samoa Pacific/Samoa Pacific/Midway
    <+09>-9 -2177485076 Pacific/Palau
    <-08>8 893665800 Pacific/Pitcairn
    <+10>-10 -2366790512 Pacific/Port_Moresby Antarctica/DumontDUrville Pacific/Chuuk
      Pacific/Yap Pacific/Truk
    <-10>10 667992600 Pacific/Rarotonga
    <-10>10 -1806674504 Pacific/Tahiti
    <+12>-12 -2177494324 Pacific/Tarawa Pacific/Funafuti Pacific/Majuro Pacific/Wake
      Pacific/Wallis
    <+13>-13 1484398800 Pacific/Tongatapu
    """
}
