
/* Made by t/unit/data/jose.pl. */

#ifndef JOSE_VECTORS_H
#define JOSE_VECTORS_H


#define JOSE_JWKS \
    "{\"keys\":[{\"e\":\"AQAB\",\"kid\":\"r\",\"kty\":\"RSA\",\"n\":\"t6lHe" \
    "xEbejj6ZMgk8uH__Pz4WpwHuzQMp59lTnKS_CvJj9sOwGKOFmJeVXDJWPzwurSvP1K1EIw" \
    "M-Pm-bwIN8nXQ_MXdA_3o-kMSYUbQ8RfgYkT7yt3L5Hb_Wr0R4VCV1y1_HR2Uifznvod3c" \
    "ZHRxqbshPpxgx6Uf7fUPxlSKjd6YWDQQNk9y-CdFrxoFNVDsvIeulRlRp6RGYQczsB0Vnm" \
    "uT_jPiqGqVvrhrIrUB9FaxDlVdrBBjDm-o4Rs2Eo-ZERSV9iWrZwUzNesaeHyu50GgHNIU" \
    "1a5Qj6qkiuAZvtiwXg99sS91JD64GPItW__cxFiYEgkWyPJOR1Z0nHgYw\"},{\"crv\":" \
    "\"P-256\",\"kid\":\"e\",\"kty\":\"EC\",\"x\":\"aV9Tq8t851P57JUJU-RJWQi" \
    "la0BxYCR7uFL3wzDfGJU\",\"y\":\"FCnbCSsbmhZFugHLUJqQwacwOunL6ASZygDhUgp" \
    "YwW4\"},{\"crv\":\"Ed25519\",\"kid\":\"d\",\"kty\":\"OKP\",\"x\":\"vxb" \
    "2e2emfEw1QdmN3u6NpqEcZBiwwOCrQCHFpt6Z5jY\"}]}"

#define JOSE_JWK_RSA \
    "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"t6lHexEbejj6ZMgk8uH__Pz4WpwHuz" \
    "QMp59lTnKS_CvJj9sOwGKOFmJeVXDJWPzwurSvP1K1EIwM-Pm-bwIN8nXQ_MXdA_3o-kMS" \
    "YUbQ8RfgYkT7yt3L5Hb_Wr0R4VCV1y1_HR2Uifznvod3cZHRxqbshPpxgx6Uf7fUPxlSKj" \
    "d6YWDQQNk9y-CdFrxoFNVDsvIeulRlRp6RGYQczsB0VnmuT_jPiqGqVvrhrIrUB9FaxDlV" \
    "drBBjDm-o4Rs2Eo-ZERSV9iWrZwUzNesaeHyu50GgHNIU1a5Qj6qkiuAZvtiwXg99sS91J" \
    "D64GPItW__cxFiYEgkWyPJOR1Z0nHgYw\"}"

#define JOSE_JWK_OTHER \
    "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"1g2YikcGT2ODZ8bnvYsAi1B3DcwUzF" \
    "dETN2OJUea1cWHYSupuEXuHeQODdz-N2BFr5ieFuzH17NQ7MuSNwlxzzzvoh0Qf-IoaL5H" \
    "2ixoEpQJtxpIMdWvuL5CBQ8Aj2J5Y0AVr4GCePuWbbCQ58KET52f8R9zvT1IQc9oZcAapZ" \
    "QtXZVIOEdoec_JFLiv1ccbrjxY--W_C1wppsXZaJugvOxumKTHGknDk30Wlerd32ASYp2p" \
    "AhJqgFOwl8Tbifs35rJuKc5GJ_S6QAORf1cNs1B00DGwsTWvl7AdK-kO_GHJ-v3E9xNqJ4" \
    "eRyhOBuWv6mu5Nz0QcU4B4QqO_IAYYaw\"}"

#define JOSE_JWK_SMALL \
    "{\"e\":\"AQAB\",\"kty\":\"RSA\",\"n\":\"xshCUbzKcM7lnQ2niTK1wodouS60ZS" \
    "-etJg6tFgl1wra2z9qUw4uakyQm04fYgqkXX1Nfn02uE2ql-9mLrxrJ3ejkn3g9nXagdMJ" \
    "hM1vFttowxVl6fEydimR7BrI4dePDhHglCThWiEp3s_TrVDItK8JCsI1bdanLOKivob60e" \
    "c\"}"

#define JOSE_JWK_EC \
    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"aV9Tq8t851P57JUJU-RJWQila0Bx" \
    "YCR7uFL3wzDfGJU\",\"y\":\"FCnbCSsbmhZFugHLUJqQwacwOunL6ASZygDhUgpYwW4" \
    "\"}"

#define JOSE_JWK_ED \
    "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"vxb2e2emfEw1QdmN3u6NpqEcZ" \
    "BiwwOCrQCHFpt6Z5jY\"}"

#define JOSE_RS256 \
    "eyJraWQiOiJyIiwidHlwIjoiSldUIiwiYWxnIjoiUlMyNTYifQ.eyJhdWQiOiJuZ2lueCI" \
    "sImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsI" \
    "mV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODA" \
    "wMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub" \
    "25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.Nr9kFAYmdZkjKEf5ZcOAG3J" \
    "yfK_K4wQGI3dKTOwgWOlBnPapUXLgUEJF1ezTfLuwtQwDPIXfcdWtkhbpyX22FTtFD5I1-" \
    "OAWYi1bGrVu3whcuuBuOSA3JfiBXKOo7yvT702EJDnxDW_HZ-i8dWXxw8KwzqOwET5l3AV" \
    "-3TqwFOcjuuVF6XYpcP1iyiU_fh_iAejfXzSKANsK9CzXeQMSmcVfiqV1MlDg0lPGs-p-r" \
    "ovyelewNGSROuKtsDajQ5_8GPRzAh2UuveCcP6hxKSjTsKL6kyB8KgBUENZW-lVWu3q4Zk" \
    "zFnhCz8lSV0EAl6_s0QnkCAOq9YJ71gyLO_wh7g"

#define JOSE_PS256 \
    "eyJhbGciOiJQUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.oyjFDBiG0RL1_S0zhc0a-Wd3y9hxYL8VqxZpO1s" \
    "LM5bLtldKSK_2ToAKcwhdNHIsseB94M_fsrY0QalfVHFNL_t5vJicsnZs0CGPhA5Ki58KO" \
    "9IB7mfuwmfJnkx0OtQ8mVXG2iHVqBmRxWGtP9gmmhZgl0xqi36byei5bOesD7FDSpwbB1w" \
    "cx_x896nOBsWgpjEpcvuZRCb_vNqCwyGaQFKGL3D_cjyKgAe7K-uzy933UeYy4YtP3wYkr" \
    "rHlECBDPwoo09W3KPDl-LewSSHskdrjICiigGsS653d5qxMnSLJtOgLQo1uXZd_niKlZMz" \
    "xyGcICkGBJBC0ja92CaEInQ"

#define JOSE_ES256 \
    "eyJraWQiOiJlIiwiYWxnIjoiRVMyNTYifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.uR3qxjZLrVRULKCgmSxzUT5pb6xSS4J2mCgNlNr" \
    "A9RTWymAeI8H41al9ZGTCmdYtcHBmtL2VaWDc6BBM5rjktg"

#define JOSE_EDDSA \
    "eyJraWQiOiJkIiwiYWxnIjoiRWREU0EifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.nQFBKzJ-AUGxdc-qLyli_0TopuLWNWBL46Hyqt2" \
    "mgrFGuBHeifXrJXbZCut4b3ZOYzZRcTazDHoYzfW8zaKDDQ"

#define JOSE_RS256_NO_KID \
    "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5le" \
    "GFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXB" \
    "zIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL" \
    "29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN" \
    "1YiI6ImFsaWNlIn0.G5qvUzQ05AvZ0APz3Hp4Vwi5Kpxgt9e8gwohc4wjMYmGE4W5AaZv6" \
    "LK9tT3yr7DKDOuw4rnk13uxlErOeKKgf2_NqnVeVsYvVoORD7wEVsPlgvERx5zxJyOMGWg" \
    "8yfKWAVwg6PPJg3PYb-hCUheDTg7ywvrwNkT9elVIPLlnbqAtt7P6tJFeCV1kX8GBnRvkC" \
    "y0Vml9RYwM1_0QCujqw3cyh58xLc8slX3Uv2rRiz21oFdSQ-FgHt0VJ_LJdoUq4Pr3MOE3" \
    "lRwUxBl5axZxsHMS8-IektFu2kDd8VfiaVa1-zljG8cIeRRvJ8y5lJhDFfNV42GsVtye1t" \
    "yX7SubSig"

#define JOSE_RS256_OTHER \
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.eaPRMJ9836UkQrVZeZxtvO0sIErZ0w_EOWw5O6m" \
    "LPmvWuw_kSLEaAirVT6KKpJHLQY_MSG5Es1nmA_NkdCrm25ca1ZgGmpvM2NrDYlI3yDoC7" \
    "X17RbzW1k19T235NaSVwFfW7eLEVOPobygWGGmUxinqutMTbD6sapDwNoadlmzdyVcqys5" \
    "vqeBeHsYOF9aYjrqh46YHaD8jrH5bKp3pUItac9dPDhw0WSr_Jb6Wlh4MzsL7HAufLKJwO" \
    "OzFZaJGN6uLup_QO0tH9TU0UDkz5FTkx1x7FFJVg7uNcazBdTdAQqYsVVDau3i6XDdVrk2" \
    "ot0m1Da50t_KrftMBQDjGVw"

#define JOSE_NONE \
    "eyJraWQiOiJyIiwiYWxnIjoibm9uZSJ9.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY" \
    "2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDM" \
    "wMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiO" \
    "iJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d" \
    "6QTJNaiIsInN1YiI6ImFsaWNlIn0."

#define JOSE_RS512 \
    "eyJhbGciOiJSUzUxMiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.HX59WMtb17fB0dZ4Iio0gHiRElBFdtAsfvVJKCI" \
    "5_gaEHn1M9egVP8c6ifawF9v6Fp4XByX75bZSBIJv3LE8odiiLcgmr_vnwTyD3-axqanbZ" \
    "s2XnQsymVXKWCK9AhwM3LAl8g9444HZfP_RA_8p5CNUJJu1PjX-ZqPJdRNgEILsYjQzHg8" \
    "VzLZdSS2j79n3ePK25FVn0F54D1iYNCFopUHa9ZSI3qnxXQPtq9r1grrcQwO8jp-CxIckg" \
    "67bEPp4AFkgwQIsGd7LJx4ZS2pWoTLsexydUzDXpAN4lz4MKMx6TUQ-prGTZUQGbdzH3Nh" \
    "nfEY-gcTOajHzc6keItLLnw"

#define JOSE_HS256 \
    "eyJhbGciOiJIUzI1NiIsImtpZCI6InIifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.YnuXYZNBUGIa0ZWw-joPyoOf4uh6KnbH5NUaDzc" \
    "hbJw"

#define JOSE_HS256_JWK \
    "eyJraWQiOiJyIiwiYWxnIjoiSFMyNTYifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWx" \
    "pY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwM" \
    "DMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3M" \
    "iOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X" \
    "1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.ny1woQU8bJc4bM-a97h1l-zbQ5zS-6x6yW_qqkT" \
    "fn-Q"

#define JOSE_EMBEDDED \
    "eyJhbGciOiJSUzI1NiIsImp3ayI6eyJlIjoiQVFBQiIsImt0eSI6IlJTQSIsIm4iOiIxZz" \
    "JZaWtjR1QyT0RaOGJudllzQWkxQjNEY3dVekZkRVROMk9KVWVhMWNXSFlTdXB1RVh1SGVR" \
    "T0Rkei1OMkJGcjVpZUZ1ekgxN05RN011U053bHh6enp2b2gwUWYtSW9hTDVIMml4b0VwUU" \
    "p0eHBJTWRXdnVMNUNCUThBajJKNVkwQVZyNEdDZVB1V2JiQ1E1OEtFVDUyZjhSOXp2VDFJ" \
    "UWM5b1pjQWFwWlF0WFpWSU9FZG9lY19KRkxpdjFjY2JyanhZLS1XX0Mxd3Bwc1haYUp1Z3" \
    "ZPeHVtS1RIR2tuRGszMFdsZXJkMzJBU1lwMnBBaEpxZ0ZPd2w4VGJpZnMzNXJKdUtjNUdK" \
    "X1M2UUFPUmYxY05zMUIwMERHd3NUV3ZsN0FkSy1rT19HSEotdjNFOXhOcUo0ZVJ5aE9CdV" \
    "d2Nm11NU56MFFjVTRCNFFxT19JQVlZYXcifX0.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoi" \
    "YWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMD" \
    "AwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJp" \
    "c3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMF" \
    "M2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.0UclmKBTAijyoRjzBZmdwsNOL2HP-G5HKVHE" \
    "1VtSX4obpA9ehyodhF3lQ_IobkePCUAXAAgRqw_QeUs5mF926bgJcbKwttE_pIKnjmGwI_" \
    "YaAWgWfd5FCh-lUld3gvxZvmvfpfMSnihDo-iBgwpcvaOiM9opNvyBbkNZqZ-mygLe5SyD" \
    "8v-5vV1X5-OmqfsYRH_2O3QgK4yt3qLRt7TL5MVXRqnAh3NNOp1m8Mn7WSh6Pb7YOUuvZL" \
    "okYpE-qkZLz8fW3yb4Ij64AmrRSG4dcy4_hRh1AT-xCh-N5tKZEVvU1Bap5sZOQDAmgkbX" \
    "UfxpHtUW4yZhN6xxHlSPLeWQgQ"

#define JOSE_JKU \
    "eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHBzOi8vZXZpbC5leGFtcGxlL2p3a3MiLCJraW" \
    "QiOiJyIn0.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwi" \
    "ZW1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YW" \
    "ZmIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1w" \
    "bGUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaW" \
    "NlIn0.dLTDpOXLX6CjT-1sENXKHYRU7zdjor_7QLshk_YFOGrK47ZWXyLUFE5jFrgs97W3" \
    "1wRC-zuuj4OY1A7lSt456cPTJzdGI5oZc36ZtbOdIOcWgm5Y6r7gbxkUNPJEjN1I_PTFn5" \
    "20Jvp3ns9I9iS7C0cDGw6Awz7wKvLuENOwC9rILGuZoAEFDHU9sPVnmNsF12w3lqueJdtq" \
    "pGY2lytUteykwuOz47FjFnot9SKyD0_UCrF7Kfimwpa6IU5R8Kd376NhDEHXGugYNXqdu_" \
    "ZlGO8Y_bjA1qg-hfJzgfpdeXP5bx-xFOjO35f30G1aNZlknUwh7xLbUn0K8Y7I8hGh9g"

#define JOSE_X5U \
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InIiLCJ4NXUiOiJodHRwczovL2V2aWwuZXhhbXBsZS" \
    "94NXUifQ.eyJhdWQiOiJuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZ" \
    "W1haWxfdmVyaWZpZWQiOnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZ" \
    "mIiwiYWRtaW4iXSwiaWF0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wb" \
    "GUiLCJuYW1lIjoiQWxpY2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWN" \
    "lIn0.Klxxxo3jKBRpBbgYZhPNL5Me1Tw1MTJ7hcFAdkqL0N2zHDXj4ezvRp7V0sr565cdf" \
    "Dq4YF5_0nyTX0PG5H8x4Mo3zn-nJRRxrHFqSgq1jfZJE_5Y2eXUAzPKNEaQ5b-qNWcsqbP" \
    "G_u5tccbmAlO_44m2njOtQi26sz3ByEZSVxHHrVIAsDcS_U0oov9fE7iN0Djfnl3k5gHYV" \
    "AVv6LHpdNIuCiAAkvxABvGiItP7Zh3XhfHYIGmISH3xBCZ0HIfINMgT7LoanBv_dmgAdUK" \
    "AQIQPRHSFxFL2B46Vgo5S0MNWldq7RlDClhUsCP7gqCUBkLL1BMaBxIEixVG38BMT2Q"

#define JOSE_X5C \
    "eyJraWQiOiJyIiwieDVjIjpbIk1JSUIiXSwiYWxnIjoiUlMyNTYifQ.eyJhdWQiOiJuZ2l" \
    "ueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRyd" \
    "WUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0Ijo" \
    "xODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiL" \
    "CJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.BraYLlYz1Sr9c94VVtl" \
    "2IilSgIjywBocOpSwyNO9wwYL43j1E8s8fCr4QDpetuMMwqskHWS9YDfv_2w4Zk--uVuJd" \
    "lugfGcRQfeSF6hym2zuYmLQiXZFGnfpDcL0tlLrJiTtrcUyESJpyxmVrYrFaDMdPNZnOs8" \
    "LV8ZBfpdlldR53VXS-2gXedbWVcuZ3jQ9aGdbKTWuPot16G-jXs1u9PDAtQMX4JwWfxZZY" \
    "CGTzvhhaSlQDdpTIf4anDbhbgALuUd7BP8wCkUUPO8xC1KARZMtit4KzpM9zpXjkdSDjpo" \
    "_0FIG44Aa10f6MHb1nAsSBG37tYhi8pids1PIbJHHug"

#define JOSE_CRIT \
    "eyJjcml0IjpbImV4cCJdLCJraWQiOiJyIiwiYWxnIjoiUlMyNTYifQ.eyJhdWQiOiJuZ2l" \
    "ueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQiOnRyd" \
    "WUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaWF0Ijo" \
    "xODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxpY2UiL" \
    "CJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.PvTkfdxdeg7B-el2hfH" \
    "Fgjv9OlMm4zLJX30RRe4wDXUjtaYmgsiMVQSZJaaMd0H7lWG7I8d62OhI614OBX1Yhga46" \
    "ppp5TwwbzTw6puBAA9aZuAUyJMRvJocvMKfvkogFGERLtrGZhRsaZaQO0iXP3MSbiWEUrQ" \
    "i04Vj-TNRFF6XHeQJXjQXWPNdUhgnLpq9DYPMu0zEy35A3DwnmRutwXP1uShCg0QQgPzfO" \
    "_iCQGP0GIsz1f3Q6j7dVrlCrPCbMExh92P2xQgSqdRgX2IV-ROAPyqMXjjY25rF1UvFjEb" \
    "4aLS62ZH_8OHi0cEqhq2C26hDf_pl669mF-rfazZhBg"

#define JOSE_LOGOUT_TYPE \
    "eyJhbGciOiJSUzI1NiIsImtpZCI6InIiLCJ0eXAiOiJsb2dvdXQrand0In0.eyJhdWQiOi" \
    "JuZ2lueCIsImVtYWlsIjoiYWxpY2VAYWNtZS5leGFtcGxlIiwiZW1haWxfdmVyaWZpZWQi" \
    "OnRydWUsImV4cCI6MTgwMDAwMDMwMCwiZ3JvdXBzIjpbInN0YWZmIiwiYWRtaW4iXSwiaW" \
    "F0IjoxODAwMDAwMDAwLCJpc3MiOiJodHRwczovL29wLmV4YW1wbGUiLCJuYW1lIjoiQWxp" \
    "Y2UiLCJub25jZSI6Im4tMFM2X1d6QTJNaiIsInN1YiI6ImFsaWNlIn0.fREvPb49yjblpY" \
    "F2XKdSeUppv0rAa9yS9GpKP_RivBX2KiWNNOXu5m_orj5ibrddEYpZitKdTbDS-a-KXPEi" \
    "nhQt139B167ckcIgFPbfoRLs0OMNDDCs50WC_fAbfsUku9pWDNGdVQ0Xr5A2AwnrrU4Byu" \
    "tA1zRSzW-UHPBSW03t3slOcfaJv9LbNyR24uW7Tl9aQbnGDcIRuDkrPfEyPqM9NeU9CNum" \
    "yVaCiGaaqDPXUDM4CiQ60ODiC1jjVstiyM5aPA02cmt8rRQst457qD8O5ZTpftAZRdhtZo" \
    "RjAPP5xkU17nIlfx2Ng60GErUejVHSciB7UqLEd0K2SGULRw"

#define JOSE_PEM_RSA \
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAt6lHexEbejj6ZMgk8uH//" \
    "Pz4WpwHuzQMp59lTnKS/CvJj9sO\nwGKOFmJeVXDJWPzwurSvP1K1EIwM+Pm+bwIN8nXQ/" \
    "MXdA/3o+kMSYUbQ8RfgYkT7\nyt3L5Hb/Wr0R4VCV1y1/HR2Uifznvod3cZHRxqbshPpxg" \
    "x6Uf7fUPxlSKjd6YWDQ\nQNk9y+CdFrxoFNVDsvIeulRlRp6RGYQczsB0VnmuT/jPiqGqV" \
    "vrhrIrUB9FaxDlV\ndrBBjDm+o4Rs2Eo+ZERSV9iWrZwUzNesaeHyu50GgHNIU1a5Qj6qk" \
    "iuAZvtiwXg9\n9sS91JD64GPItW//cxFiYEgkWyPJOR1Z0nHgYwIDAQABAoIBAAHBh+7z9" \
    "iCGe1oA\n0IN6Bsn4FULfchUvYYS3Jx/F4CbkUU75TKcvYjzohsP0YyS7tFOdDa/wXcFgg" \
    "6lV\n45uaauzqQEM9XOnceqISmlCd22lWzBcJgxpZCjboMayBoR+cSDtBSf6iFkTQNWRv" \
    "\nI4GL3+q3i3zoYt6lij05vEWcRPz/6ZX3Fqq4SkwpsNBzQhDbS9bt4Z8zmaalH3Ar\nWq" \
    "oKCPglcrjeHYdKL4/P/u6R3VusznsFmRrYIo3zESD91L2NBn6NJsbqLqoYVh/I\nT5j/W3" \
    "QdVvED2UmcF3y8wvOH8R3iE3Y6oEU0tR836mPkTE435idfiqMGSr164gHp\nYkJrd00CgY" \
    "EAyj+D4t9DsuWPDMLDjZ70+NU8x92ic0B5OjdwktMqWB1L6NnvHVhX\nO9V9ghEd0fFcAB" \
    "lcO09pTmLR7/wK+IJkOwoVhx6R+LDyZzEzrlf/kdYIDfL6ltWa\n+JUFvzR5HtSp0TzXBh" \
    "gG8Zsb6xmrPn0ec3KCO5S0vTgE7+oFOrbRmLUCgYEA6Hko\nbRz5atjkE0HkL1GFbaAvbo" \
    "ZCdcH9U6UP6kBL+U1uWNSlIllPWaKjkXgN45RNEBTa\nDQ2qE3AhdXSgKZkhv5XbZ2ykFZ" \
    "DGG5cl6Y5RYZNxLKm6Qerm58N3edUZN46Ni4Ol\nrsdUCECqmQuCrzUe99WYkbM++lC9Im" \
    "ou2yI8O7cCgYBXjNs40NFrlfgw2/bvTYpa\nVWS0WHtETPqteuZeiM7hyfzcVcsu9tj8a9" \
    "SjA2nXQhZDbLcCbcP2TMz4iDDvlvJw\npFLhZRhngaHNjf0DUdCufuqJr09PEDS/uzL7rG" \
    "lqMUE59I5Ycvo+iJizUy9QI7WU\n4FMEG8GJz8BDYxjUa+ObqQKBgQCNPE6bO+csSukF6h" \
    "o/xT9TAubONzNZZ6oIj1fD\n8Zw2shxAS7Cn1aqnwm+tiUqm4QqQopp3I74YYR9yxJApta" \
    "cTRnAtvYtSrsotKP8X\njidTKMixYcyPD6+JTu/fTOAtKKZGBI08Sk17Vg5PPPcAiz1tRI" \
    "+UtVmlqje+GNSu\nvXXqsQKBgF65KCYektlfOjYUop4r8TUWQ7kigfptB+ZmX2q+hz3CO4" \
    "BmbsplXKBD\nc8V8twyU/09m1xSx5xZZRP4ovOs+eDLzwPaRIpfAr2f0zXSor7EDEGSZ83" \
    "LwZ/0q\n0zEGawJ/ZB/xBV0ttFFuqxzHSX60DeNL8gnDQDN+67sVXHOe9JqF\n-----END" \
    " RSA PRIVATE KEY-----\n"

#define JOSE_PEM_EC \
    "-----BEGIN EC PRIVATE KEY-----\nMIIBUQIBAQQg4Wlh7qUUkwtkfNi1alyVrC6QBE" \
    "bNupVVfqcCg8jW1ziggeMwgeAC\nAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAA" \
    "AAAAAA////////////////\nMEQEIP////8AAAABAAAAAAAAAAAAAAAA//////////////" \
    "/8BCBaxjXYqjqT57Pr\nvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwRBBGsX0fLhLEJH+Lzm5W" \
    "OkQPJ3A32BLesz\noPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/Uf" \
    "UCIQD/////\nAAAAAP//////////vOb6racXnoTzucrC/GMlUQIBAaFEA0IABGlfU6vLfO" \
    "dT+eyV\nCVPkSVkIpWtAcWAke7hS98Mw3xiVFCnbCSsbmhZFugHLUJqQwacwOunL6ASZyg" \
    "Dh\nUgpYwW4=\n-----END EC PRIVATE KEY-----\n"

#define JOSE_PEM_SMALL \
    "-----BEGIN RSA PRIVATE KEY-----\nMIICXAIBAAKBgQDGyEJRvMpwzuWdDaeJMrXCh" \
    "2i5LrRlL560mDq0WCXXCtrbP2pT\nDi5qTJCbTh9iCqRdfU1+fTa4TaqX72YuvGsnd6OSf" \
    "eD2ddqB0wmEzW8W22jDFWXp\n8TJ2KZHsGsjh148OEeCUJOFaISnez9OtUMi0rwkKwjVt1" \
    "qcs4qK+hvrR5wIDAQAB\nAoGAPQvaJhz69LrtVBaR6XX70NJh7GD2AI8nx6FqgeECOfC49" \
    "pUak4gq4/VAgZlz\n1Nmc0aM+Dcbpa59acQ+Ry2+M3ka36AFPp+7La4FdYHJnp10z50/tl" \
    "hbBvJ2jobqu\nTmC6oeT3cS70W7C+zIAYbF0ixUcwf8q6b7VImXnCYv4GJG0CQQDUjzGSG" \
    "bg5qYMS\n33pjtUUMPcItFS5fqDnViYWl3qxca0mRUemXc9EsykCwgIX7XIDabGOD4znTF" \
    "2nQ\n1gp7X1u9AkEA72hEfXQHWdRuX7AdDMbHAX1OIUf5ndEKZ9WBLs+FxdDpLyD6LzuT" \
    "\nvUxJhQZipOlqMCHFHMbZPpHrx73modLMcwJAepKYY0exlI7LpvZ3/UdqqcRzVMwC\nEe" \
    "dQcnL7PstJWYIEymgR6+Q9mzaGV0HGAU02gL5AJK3DipbVzjefk8VJgQJBAMFh\nHpmbRG" \
    "jKD9GZBw4P7iWE2rxFUBqrBNW0fuGZ3PtZcVGROKU4YXDxkx0xeDKvHAf+\n7yH8ePRyl9" \
    "pCyW2DQYMCQFfYfHRVDeWVeQQBpROjinpFnaKw0mcYvKQmhUX8a6ej\nIiqu0tVYnJyodU" \
    "7+sDko8VpFwfPypL22VDxkCLB9yqM=\n-----END RSA PRIVATE KEY-----\n"


#endif /* JOSE_VECTORS_H */
