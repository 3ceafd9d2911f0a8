/// A mailbox or an account that was given up, or taken away, in other languages.
let closed: [ForeignStates] = [
    (
        ["benutzer", "empfänger", "adresse", "e-mail-adresse", "postfach", "konto", "mailbox", "account"],
        [
            "geschlossen", "wurde geschlossen", "ist geschlossen", "gekündigt", "wurde gekündigt", "stillgelegt",
            "wurde stillgelegt", "abgeschaltet", "wurde entfernt", "gesperrt", "ist gesperrt", "wurde gesperrt",
            "wurde deaktiviert", "ist uns nicht bekannt", "existiert nicht mehr", "gibt es nicht mehr",
        ], [], " "
    ),
    (
        ["gebruiker", "adres", "mailbox", "postvak", "account"],
        [
            "gesloten", "is gesloten", "afgesloten", "is afgesloten", "verwijderd", "is verwijderd", "is opgeheven",
            "is geblokkeerd", "bestaat niet meer",
        ], [], " "
    ),
    (
        ["brugeren", "postkassen", "kontoen", "adressen", "brukeren"],
        ["er lukket", "er slettet", "er nedlagt", "er deaktiveret", "er deaktivert", "er stengt", "er spærret"], [], " "
    ),
    (
        ["användaren", "brevlådan", "kontot", "adressen"],
        ["är stängt", "är stängd", "är avslutat", "är borttagen", "är borttaget", "är spärrat", "är avstängt"], [], " "
    ),
    (
        ["adresse", "boîte", "boîte aux lettres", "boîte mail", "compte", "utilisateur"],
        [
            "clôturé", "clôturée", "a été clôturé", "est clôturé", "fermée", "est fermé", "est fermée", "a été fermé",
            "supprimée", "a été supprimé", "a été supprimée", "résilié", "résiliée", "est désactivée",
            "a été désactivé",
            "a été désactivée", "suspendu", "est suspendu",
        ], [], " "
    ),
    (
        ["usuario", "dirección", "cuenta", "buzón", "casilla"],
        [
            "cerrado", "cerrada", "está cerrada", "cancelado", "cancelada", "ha sido cancelada", "fue cancelada",
            "eliminado", "eliminada", "ha sido eliminada", "suspendida", "ha sido desactivada", "dada de baja",
        ], [], " "
    ),
    (
        ["usuário", "utilizador", "conta", "caixa postal", "caixa de correio", "endereço"],
        [
            "encerrado", "encerrada", "foi encerrada", "está encerrada", "foi cancelada", "excluído", "excluída",
            "foi excluída", "suspensa", "foi desativada", "foi desativado",
        ], [], " "
    ),
    (
        ["utente", "casella", "casella di posta", "indirizzo", "account"],
        [
            "chiuso", "chiusa", "è stato chiuso", "è stata chiusa", "cancellato", "cancellata", "eliminato",
            "eliminata",
            "scaduto", "scaduta", "sospeso", "sospesa", "dismessa",
        ], [], " "
    ),
    (
        ["konto", "skrzynka", "adres"],
        [
            "usunięte", "zostało usunięte", "zostało zamknięte", "zamknięte", "usunięta", "została usunięta",
            "zamknięta", "zlikwidowana", "zostało zablokowane", "jest zablokowane", "jest nieaktywne",
            "jest nieaktywna",
        ], [], " "
    ),
    (
        ["účet", "schránka", "adresa"],
        ["zrušen", "zrušena", "byl zrušen", "byla zrušena", "zrušený", "zrušená", "bola zrušená", "smazán"], [], " "
    ),
    (
        ["fiók", "postafiók", "cím"], ["megszűnt", "törölve", "törölve lett", "megszüntetve", "letiltva"], [], " "
    ),
    (
        ["аккаунт", "ящик", "почтовый ящик", "пользователь", "учетная запись", "адрес"],
        [
            "закрыт", "закрыта", "удалена", "был удален", "был удалён", "была удалена", "заблокирована", "отключена",
            "больше не существует",
        ], [], " "
    ),
    (
        ["акаунт", "скринька", "поштова скринька", "користувач", "обліковий запис"],
        ["закрито", "закрита", "видалено", "видалена", "заблоковано", "заблокована", "більше не існує"], [], " "
    ),
    (
        ["hesap", "posta kutusu", "kullanıcı"], ["kapatıldı", "kapatılmış", "silindi", "silinmiş", "devre dışı"], [],
        " "
    ),
    (
        ["用户", "邮箱", "收件人", "帐号", "账号", "账户", "信箱", "郵箱", "帳號"],
        ["已关闭", "已被关闭", "被关闭", "已删除", "已被删除", "已销户", "已被冻结", "已關閉", "已被停用", "已刪除"], [], ""
    ),
    (
        ["アカウント", "メールアドレス", "アドレス", "メールボックス"],
        ["は削除されました", "は削除されています", "が削除されています", "は廃止されました", "は解約されています", "は無効になっています"],
        [], ""
    ),
    (["계정", "메일함", "사용자"], ["이 삭제되었습니다", "이 해지되었습니다", "가 탈퇴"], ["해지된 ", "삭제된 ", "탈퇴한 "], ""),
]
