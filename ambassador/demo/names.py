"""Names of people who do not exist, and addresses that nobody can have."""

import random
import unicodedata
from dataclasses import dataclass

_FIRST = """
    Ada Adrian Agnes Aisha Aleksander Alma Amara Amir Anika Arjun Astrid Beatriz Benno Bianca Björn Camille
    Carlos Cem Chiara Chloé Daisy Darius Deniz Diego Dilan Edda Elias Elif Emeka Emil Esther Ewa Fabio Fatima
    Felix Fiona Florian Freya Gabriel Giulia Greta Hana Hannah Hassan Helena Henrik Hugo Ida Ines Ingrid Ivan
    Jamal Jana Jasper Joana Jonas Jun Kai Karima Keiko Kofi Lara Leila Lena Leo Liam Linh Lucía Luca Magnus
    Malik Marta Mateo Maya Mei Mia Milan Mina Nadia Nikhil Nina Noah Noor Oksana Olga Omar Oscar Paloma Pavel
    Petra Priya Rafael Rania Rosa Ruben Sami Sana Selma Sofia Soren Stella Sven Tariq Tessa Theo Tilda Tomás
    Uma Viktor Viola Wanjiru Willem Xenia Yara Yusuf Zara Zoe
"""
_LAST = """
    Abara Adler Aguilar Almeida Andersen Arslan Bachmann Bakker Baptiste Barros Becker Bellini Berg Bianchi
    Blom Brandt Byrne Cardoso Carlsen Castillo Cheng Costa Dahl Daoud Demir Diallo Dietrich Dubois Eklund
    Engel Eriksen Falk Farah Ferrari Fischer Fontaine Forsberg Fuentes Gallo Garrido Graf Greco Gupta Haas
    Haddad Hansen Hartmann Hayashi Hendriks Holm Horvat Huber Ibrahim Ito Iversen Jansen Jensen Joshi Kaiser
    Kamara Kaya Keller Kimura Klein Koç Kowalska Krüger Lambert Larsen Laurent Lemaire Lindholm Lombardi
    Machado Mendes Mercier Meyer Molina Moreau Mwangi Nakamura Navarro Neumann Nguyen Nilsen Novak Nowak Obi
    Okafor Olsen Ortega Osei Park Pavlović Peeters Pereira Petrov Quist Rahman Ramos Reinhardt Ricci Rojas
    Romano Rossi Sandberg Santos Sato Schäfer Schuster Sharma Silva Simić Solberg Sørensen Steiner Suzuki
    Tanaka Teixeira Torres Ueda Vargas Vermeer Vidal Vogel Wagner Weber Winkler Yamada Yıldız Zander Zhao
"""
FIRST, LAST = tuple(_FIRST.split()), tuple(_LAST.split())
# Reserved for examples: no letter to them ever arrives anywhere.
_DOMAINS = ("example.com", "example.net", "example.org")
_PLAIN = str.maketrans({"ø": "o", "ı": "i", "ł": "l", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person. ``uid`` is the shop's number for them, empty where they bought as a guest."""

    first_name: str
    last_name: str
    email: str
    uid: str = ""


class Registry:
    """Gives out people, never the same address twice. ``mark`` keeps those of one registry from another's."""

    def __init__(self, rng: random.Random, mark: str = "") -> None:
        self._rng = rng
        self._mark = mark
        self._taken: dict[str, int] = {}
        self._number = 10_000

    def person(self, *, guest: bool = False) -> Person:
        first, last = self._rng.choice(FIRST), self._rng.choice(LAST)
        return Person(first, last, self._address(first, last), "" if guest else self._uid())

    def _address(self, first: str, last: str) -> str:
        name = f"{plain(first)}.{plain(last)}"
        namesakes = self._taken.get(name, 0)
        self._taken[name] = namesakes + 1
        domain = _DOMAINS[(len(first) * 7 + len(last)) % len(_DOMAINS)]
        host = f"m{self._mark}.{domain}" if self._mark else domain
        return f"{name}{namesakes + 1 if namesakes else ''}@{host}"

    def _uid(self) -> str:
        self._number += self._rng.randint(1, 9)
        return f"C{self._mark}-{self._number}"


def plain(name: str) -> str:
    """``name`` in small letters without accents, for an address or a code."""
    letters = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
