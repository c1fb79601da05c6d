<%@ WebService Language="C#" Class="PhoneFactor.Service" %>
<!-- https://h/PhoneFactorWebServiceSdk/Service.asmx -->
