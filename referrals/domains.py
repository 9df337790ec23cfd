"""Domains of e-mail addresses that say something about their owner: shared by strangers, or thrown away.

Data, kept in the code so that a decision of today is made again tomorrow by the same list. A domain's
subdomains count as the domain.
"""

# Where strangers have mailboxes: the same domain says nothing about two people.
_FREE_MAIL = """
126.com 139.com 163.com abv.bg aim.com alice.it aliceadsl.fr aol.com arcor.de att.net bellsouth.net
bigpond.com bk.ru bluewin.ch blueyonder.co.uk bol.com.br btinternet.com charter.net comcast.net cox.net
daum.net docomo.ne.jp earthlink.net email.cz email.de email.it ezweb.ne.jp fastmail.com fastmail.fm
free.fr freenet.de frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com
hanmail.net hey.com hotmail.ca hotmail.co.jp hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr
hotmail.it hotmail.nl hushmail.com icloud.com iinet.net.au inbox.lv inbox.ru interia.pl juno.com
kpnmail.nl laposte.net libero.it list.ru live.ca live.co.uk live.com live.de live.fr live.it live.nl
mac.com mail.com mail.de mail.ru mailbox.org mailfence.com me.com msn.com myyahoo.com naver.com neuf.fr
nifty.com ntlworld.com o2.co.uk o2.pl onet.pl online.de optonline.net optusnet.com.au orange.fr
outlook.com outlook.de outlook.es outlook.fr outlook.jp pm.me poczta.onet.pl posteo.de posteo.net
proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com rogers.com
runbox.com sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com sky.com skynet.be softbank.ne.jp sohu.com
startmail.com sympatico.ca t-online.de talktalk.net telenet.be telia.com terra.com.br tin.it tiscali.it
tuta.io tutanota.com ukr.net uol.com.br verizon.net virgilio.it virginmedia.com vodafone.de voila.fr
wanadoo.fr web.de windstream.net wp.pl xtra.co.nz ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk
yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.it
yandex.com yandex.ru ymail.com zeelandnet.nl ziggo.nl zoho.com
"""
# Mailboxes that live for minutes, made by whoever wants one.
_DISPOSABLE = """
0-mail.com 10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net armyspy.com
burnermail.io byom.de cock.li cuvox.de dayrep.com deadaddress.com despam.it discard.email
discardmail.com discardmail.de disposablemail.com dispostable.com dodgit.com dropmail.me einrot.com
email-fake.com emailfake.com emailondeck.com emailsensei.com emltmp.com fakeinbox.com fakemail.net
fakemailgenerator.com fleckens.hu freeml.net getairmail.com getnada.com grr.la guerrillamail.biz
guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org
guerrillamailblock.com gustr.com harakirimail.com inboxbear.com inboxkitten.com incognitomail.org
jetable.org jourrapide.com kasmail.com linshiyouxiang.net luxusmail.org mail-temp.com mail-temporaire.fr
mail7.io mailcatch.com maildrop.cc mailexpire.com mailinator.com mailinator.net mailinator2.com
mailmoat.com mailnesia.com mailnull.com mailpoof.com mailsac.com mailtemp.info mailtothis.com
meltmail.com mintemail.com minuteinbox.com moakt.cc moakt.com mohmal.com mt2015.com mvrht.net
mytemp.email mytrashmail.com nada.email nowmymail.com objectmail.com one-time.email pokemail.net rcpt.at
reallymymail.com rhyta.com sharklasers.com shitmail.me sneakemail.com sogetthis.com spam4.me spambog.com
spambog.de spambox.us spamex.com spamfree24.org spamgourmet.com spamherelots.com spaml.com superrito.com
suremail.info tafmail.com teleworm.us temp-mail.io temp-mail.org tempail.com tempinbox.com tempmail.com
tempmail.de tempmail.dev tempmail.net tempmail.plus tempmailaddress.com tempmailo.com tempr.email
thankyou2010.com throwam.com throwawaymail.com tmail.ws tmailinator.com tmpmail.net tmpmail.org
trash-mail.com trash-mail.de trashmail.com trashmail.de trashmail.me trashmail.net trashmail.ws
trbvm.com wegwerfmail.de wegwerfmail.net wegwerfmail.org wh4f.org yopmail.com yopmail.fr yopmail.net
zetmail.com
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
DISPOSABLE = frozenset(_DISPOSABLE.split())


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].strip().rstrip(".").lower()


def is_free_mail(domain: str) -> bool:
    return _is_of(domain, FREE_MAIL)


def is_disposable(domain: str) -> bool:
    return _is_of(domain, DISPOSABLE)


def _is_of(domain: str, known: frozenset[str]) -> bool:
    parts = domain.split(".")
    return any(".".join(parts[at:]) in known for at in range(len(parts) - 1))
