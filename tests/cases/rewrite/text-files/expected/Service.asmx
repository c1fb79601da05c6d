<%@ WebService Language="C#" Class="PhoneFactor.Service" %>
<!-- https://h/MultiFactorAuthWebServiceSdk/Service.asmx -->
