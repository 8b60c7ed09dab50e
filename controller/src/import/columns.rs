//! What a column may hold, and what people head it with in English, Ukrainian, Polish and Russian.
//!
//! Enters: a heading. Leaves: a field, or nothing. Headings are compared folded (`values`), whole first, then by the words in
//! them; the more particular field comes first, so that "disk serial" is not a serial.

use std::collections::HashMap;
use std::sync::LazyLock;

use holdfast_protocol::identifier::Kind;
use serde::{Deserialize, Serialize};

use super::values::folded;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Name of the model, with or without its maker.
    Model,
    /// The model's maker.
    Maker,
    /// The model's GTIN.
    Gtin,
    /// The maker's serial.
    Serial,
    /// KIT number.
    Kit,
    /// Terminal id.
    Utid,
    /// IMEI.
    Imei,
    /// MAC address.
    Mac,
    /// SMBIOS UUID.
    SmbiosUuid,
    /// TPM key's hash.
    TpmKey,
    /// A disk's serial.
    DiskSerial,
    /// A UPS's serial.
    UpsSerial,
    /// How many.
    Quantity,
    /// What the thing is called.
    Name,
    /// In which box.
    Carton,
    /// A remark.
    Note,
    /// When a terminal was last active, in a provider's export.
    LastActive,
    /// How much data it used, in a provider's export.
    DataUsed,
}

/// What a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What a donor packs.
    PackingList,
    /// What a satellite provider's account says of terminals.
    Account,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Model,
        Self::Maker,
        Self::Gtin,
        Self::Serial,
        Self::Kit,
        Self::Utid,
        Self::Imei,
        Self::Mac,
        Self::SmbiosUuid,
        Self::TpmKey,
        Self::DiskSerial,
        Self::UpsSerial,
        Self::Quantity,
        Self::Name,
        Self::Carton,
        Self::Note,
        Self::LastActive,
        Self::DataUsed,
    ];

    /// Its stable word.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Maker => "maker",
            Self::Gtin => "gtin",
            Self::Serial => "serial",
            Self::Kit => "kit",
            Self::Utid => "utid",
            Self::Imei => "imei",
            Self::Mac => "mac",
            Self::SmbiosUuid => "smbios_uuid",
            Self::TpmKey => "tpm_key",
            Self::DiskSerial => "disk_serial",
            Self::UpsSerial => "ups_serial",
            Self::Quantity => "quantity",
            Self::Name => "name",
            Self::Carton => "carton",
            Self::Note => "note",
            Self::LastActive => "last_active",
            Self::DataUsed => "data_used",
        }
    }

    /// The field of a word.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }

    /// The identifier that it holds.
    #[must_use]
    pub const fn identifier(self) -> Option<Kind> {
        match self {
            Self::Serial => Some(Kind::Serial),
            Self::Kit => Some(Kind::Kit),
            Self::Utid => Some(Kind::Utid),
            Self::Imei => Some(Kind::Imei),
            Self::Mac => Some(Kind::Mac),
            Self::SmbiosUuid => Some(Kind::SmbiosUuid),
            Self::TpmKey => Some(Kind::TpmKey),
            Self::DiskSerial => Some(Kind::DiskSerial),
            Self::UpsSerial => Some(Kind::UpsSerial),
            Self::Model
            | Self::Maker
            | Self::Gtin
            | Self::Quantity
            | Self::Name
            | Self::Carton
            | Self::Note
            | Self::LastActive
            | Self::DataUsed => None,
        }
    }

    /// Whether a list of this purpose has such a column.
    #[must_use]
    pub const fn is_of(self, purpose: Purpose) -> bool {
        match self {
            Self::Serial | Self::Kit | Self::Utid => true,
            Self::LastActive | Self::DataUsed => matches!(purpose, Purpose::Account),
            Self::Model
            | Self::Maker
            | Self::Gtin
            | Self::Imei
            | Self::Mac
            | Self::SmbiosUuid
            | Self::TpmKey
            | Self::DiskSerial
            | Self::UpsSerial
            | Self::Quantity
            | Self::Name
            | Self::Carton
            | Self::Note => matches!(purpose, Purpose::PackingList),
        }
    }

    /// The field of a heading.
    #[must_use]
    pub fn of_heading(heading: &str, purpose: Purpose) -> Option<Self> {
        let wanted = folded(heading);
        if wanted.is_empty() {
            return None;
        }
        let whole = HEADINGS.get(&wanted).copied().filter(|field| field.is_of(purpose));
        let part = || {
            let found = PARTS.iter().filter(|(field, _)| field.is_of(purpose));
            found.copied().find(|(_, part)| wanted.contains(part)).map(|(field, _)| field)
        };
        whole.or_else(part)
    }
}

static HEADINGS: LazyLock<HashMap<String, Field>> = LazyLock::new(|| {
    let all = SYNONYMS.iter().flat_map(|(field, words)| words.split(',').map(|word| (folded(word), *field)));
    all.collect()
});

/// Headings as people write them.
const SYNONYMS: [(Field, &str); 18] = [
    (
        Field::Model,
        "model,model name,product,product name,item,item type,type,equipment,device,device model,article,description,\
         item description,goods,модель,найменування,назва,товар,обладнання,виріб,тип,опис,наименование,название,\
         оборудование,model urządzenia,produkt,nazwa,nazwa produktu,towar,urządzenie,sprzęt,typ,opis,asortyment",
    ),
    (
        Field::Maker,
        "maker,manufacturer,brand,vendor,make,виробник,бренд,марка,производитель,producent,marka,wytwórca",
    ),
    (
        Field::Gtin,
        "gtin,ean,ean13,ean code,upc,barcode,bar code,штрих-код,штрихкод,kod kreskowy,kod ean,gtin14",
    ),
    (
        Field::Serial,
        "s/n,sn,serial,serial no,serial nr,serial number,serial num,serial #,ser no,factory number,manufacturer serial,\
         unit serial,серійний номер,серійний №,серійник,с/н,заводський номер,зав. №,заводський №,серийный номер,\
         серийный №,заводской номер,numer seryjny,nr seryjny,nr ser,numer fabryczny,nr fabryczny,seryjny",
    ),
    (
        Field::Kit,
        "kit,kit no,kit nr,kit number,kit id,kit #,kit serial,kit serial number,starlink kit,номер kit,номер комплекту,\
         № комплекту,комплект,кіт,номер комплекта,numer kit,nr kit,numer zestawu,nr zestawu",
    ),
    (
        Field::Utid,
        "utid,ut id,user terminal,user terminal id,terminal id,dish id,dish,starlink id,ідентифікатор термінала,\
         id термінала,ід термінала,id терминала,id terminala,identyfikator terminala",
    ),
    (Field::Imei, "imei,imei no,imei number,imei 1,імеі,имеи,numer imei,nr imei,номер imei"),
    (Field::Mac, "mac,mac address,mac id,hardware address,wifi mac,eth mac,mac-адреса,mac адрес,adres mac"),
    (Field::SmbiosUuid, "uuid,smbios uuid,system uuid,machine uuid"),
    (Field::TpmKey, "tpm,tpm key,tpm ek,endorsement key,tpm hash"),
    (
        Field::DiskSerial,
        "disk serial,disk s/n,disk sn,hdd serial,hdd s/n,ssd serial,ssd s/n,drive serial,серійний номер диска,s/n диска,\
         numer seryjny dysku,nr seryjny dysku",
    ),
    (
        Field::UpsSerial,
        "ups serial,ups s/n,ups sn,battery serial,серійний номер дбж,s/n дбж,серійний номер ибп,numer seryjny ups,nr seryjny ups",
    ),
    (
        Field::Quantity,
        "qty,qty.,quantity,q-ty,count,pcs,units,number of units,amount,кількість,к-сть,к-ть,кіл-ть,шт,шт.,количество,кол-во,\
         ilość,szt,szt.,liczba,liczba sztuk,ilość sztuk",
    ),
    (
        Field::Name,
        "name,label,asset,asset name,asset tag,nickname,назва одиниці,позначення,мітка,oznaczenie,etykieta,nazwa własna",
    ),
    (
        Field::Carton,
        "carton,carton no,ctn,ctn no,box,box no,case,case no,pallet,package,package no,коробка,№ коробки,ящик,місце,№ місця,\
         палета,karton,nr kartonu,skrzynia,paczka,paleta,nr palety",
    ),
    (
        Field::Note,
        "note,notes,remark,remarks,comment,comments,примітка,примітки,коментар,примечание,uwagi,uwaga,komentarz",
    ),
    (
        Field::LastActive,
        "last active,last activity,last seen,last online,last connected,active at,остання активність,був активний,\
         востаннє активний,последняя активность,ostatnia aktywność,ostatnio aktywny,ostatnio online",
    ),
    (
        Field::DataUsed,
        "data used,data usage,usage,data,total data,traffic,data used gb,data usage gb,data used mb,usage gb,використано даних,\
         трафік,дані,использовано данных,трафик,zużycie danych,transfer,dane",
    ),
];

/// Words within a longer heading, folded; the more particular ones first.
const PARTS: [(Field, &str); 31] = [
    (Field::DiskSerial, "diskserial"),
    (Field::DiskSerial, "диска"),
    (Field::DiskSerial, "dysku"),
    (Field::UpsSerial, "upsserial"),
    (Field::Imei, "imei"),
    (Field::Gtin, "gtin"),
    (Field::Gtin, "ean13"),
    (Field::Utid, "utid"),
    (Field::Utid, "userterminal"),
    (Field::Kit, "kitno"),
    (Field::Kit, "kitnumber"),
    (Field::Kit, "kitserial"),
    (Field::Mac, "macaddress"),
    (Field::SmbiosUuid, "uuid"),
    (Field::Serial, "serial"),
    (Field::Serial, "серіин"),
    (Field::Serial, "серииныи"),
    (Field::Serial, "заводськ"),
    (Field::Serial, "seryjny"),
    (Field::Serial, "fabryczny"),
    (Field::LastActive, "lastactive"),
    (Field::LastActive, "lastseen"),
    (Field::DataUsed, "datausage"),
    (Field::DataUsed, "dataused"),
    (Field::Quantity, "quantity"),
    (Field::Quantity, "кількість"),
    (Field::Quantity, "ilosc"),
    (Field::Carton, "carton"),
    (Field::Carton, "karton"),
    (Field::Model, "model"),
    (Field::Model, "модель"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_three_languages_are_known() {
        let list = Purpose::PackingList;
        for (heading, field) in [
            ("S/N", Field::Serial),
            ("Serial No. (on the box)", Field::Serial),
            ("СЕРІЙНИЙ НОМЕР", Field::Serial),
            ("Nr seryjny urządzenia", Field::Serial),
            ("Disk serial number", Field::DiskSerial),
            ("Kit No", Field::Kit),
            ("IMEI 1", Field::Imei),
            ("К-сть", Field::Quantity),
            ("Ilość (szt.)", Field::Quantity),
            ("Найменування", Field::Model),
            ("Uwagi", Field::Note),
        ] {
            assert_eq!(Field::of_heading(heading, list), Some(field), "{heading}");
        }
        for heading in ["", "№", "#", "Price", "Ціна", "Last active"] {
            assert_eq!(Field::of_heading(heading, list), None, "{heading}");
        }
        assert_eq!(Field::of_heading("Last active", Purpose::Account), Some(Field::LastActive));
        assert_eq!(Field::of_heading("Model", Purpose::Account), None);
    }

    #[test]
    fn no_heading_means_two_fields_and_each_field_has_its_word() {
        let mut seen: HashMap<String, Field> = HashMap::new();
        for (field, words) in SYNONYMS {
            assert_eq!(Field::from_key(field.key()), Some(field));
            for word in words.split(',') {
                let before = seen.insert(folded(word), field);
                assert!(before.is_none_or(|before| before == field), "{word}");
            }
        }
        assert!(PARTS.iter().all(|(_, part)| folded(part) == *part));
    }
}
